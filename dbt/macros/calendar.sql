{# The parts of a date or a wall clock that the engines name differently. #}

{# 1 (Monday) to 7 (Sunday). #}
{% macro iso_weekday(day) %}{{ return(adapter.dispatch('iso_weekday')(day)) }}{% endmacro %}
{% macro default__iso_weekday(day) %}extract(isodow from {{ day }}){% endmacro %}
{% macro trino__iso_weekday(day) %}day_of_week({{ day }}){% endmacro %}

{# The year that the ISO week belongs to. #}
{% macro iso_year(day) %}{{ return(adapter.dispatch('iso_year')(day)) }}{% endmacro %}
{% macro default__iso_year(day) %}extract(isoyear from {{ day }}){% endmacro %}
{% macro trino__iso_year(day) %}year_of_week({{ day }}){% endmacro %}

{% macro day_name(day) %}{{ return(adapter.dispatch('day_name')(day)) }}{% endmacro %}
{% macro default__day_name(day) %}dayname({{ day }}){% endmacro %}
{% macro trino__day_name(day) %}date_format(cast({{ day }} as timestamp(6)), '%W'){% endmacro %}

{% macro month_name(day) %}{{ return(adapter.dispatch('month_name')(day)) }}{% endmacro %}
{% macro default__month_name(day) %}monthname({{ day }}){% endmacro %}
{% macro trino__month_name(day) %}date_format(cast({{ day }} as timestamp(6)), '%M'){% endmacro %}

{# A query of the run's days, in a column `day`. #}
{% macro days_of_window() %}{{ return(adapter.dispatch('days_of_window')()) }}{% endmacro %}

{% macro default__days_of_window() -%}
    select cast(unnest(generate_series({{ window_start() }}, {{ window_end() }}, interval 1 day)) as date) as day
{%- endmacro %}

{% macro trino__days_of_window() -%}
    select day from unnest(sequence({{ window_start() }}, {{ window_end() }})) as run (day)
{%- endmacro %}
