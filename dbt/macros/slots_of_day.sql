{# How many times five minutes a day of the deployment's zone has: 288, or 276 or 300 where the clocks
   change. #}
{% macro slots_of_day(day) %}{{ return(adapter.dispatch('slots_of_day')(day)) }}{% endmacro %}

{% macro default__slots_of_day(day) -%}
    cast((
        epoch_ms(timezone(getvariable('zone'), cast({{ day }} + 1 as timestamp)))
        - epoch_ms(timezone(getvariable('zone'), cast({{ day }} as timestamp)))
    ) // 300000 as integer)
{%- endmacro %}

{% macro trino__slots_of_day(day) -%}
    cast(round((
        to_unixtime(with_timezone(cast(date_add('day', 1, {{ day }}) as timestamp(6)), '{{ zone() }}'))
        - to_unixtime(with_timezone(cast({{ day }} as timestamp(6)), '{{ zone() }}'))
    ) / 300) as integer)
{%- endmacro %}
