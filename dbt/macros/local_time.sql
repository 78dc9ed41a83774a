{# A moment (timestamp with time zone) on the wall clock of the deployment's zone. #}
{% macro local_time(moment) %}{{ return(adapter.dispatch('local_time')(moment)) }}{% endmacro %}

{% macro default__local_time(moment) -%}
    timezone(getvariable('zone'), {{ moment }})
{%- endmacro %}

{% macro trino__local_time(moment) -%}
    cast({{ moment }} at time zone '{{ zone() }}' as timestamp(6))
{%- endmacro %}

{% macro zone() %}{{ setting_of_run('DAGDECK_ZONE') }}{% endmacro %}
