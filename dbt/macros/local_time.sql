{# A moment (timestamp with time zone) on the wall clock of the deployment's zone. #}
{% macro local_time(moment) %}{{ return(adapter.dispatch('local_time')(moment)) }}{% endmacro %}

{% macro default__local_time(moment) -%}
    timezone(getvariable('zone'), {{ moment }})
{%- endmacro %}
