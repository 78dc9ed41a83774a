{# What a test looks at: of a model with days, those of the run and no others, so that a day that is
   wrong stays wrong alone. The layer's `where` in dbt_project.yml is overridden by this. #}
{% macro get_where_subquery(relation) -%}
    {% set days = ['reading_date', 'event_date', 'date_day'] %}
    {% set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
    {% for day in days if day in columns %}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ in_window(day) ~ ') as of_the_run') }}
    {% endfor %}
    {{ return(relation) }}
{%- endmacro %}
