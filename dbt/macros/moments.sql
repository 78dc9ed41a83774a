{# Moments (timestamps with time zone) and their milliseconds, which are whole numbers on every engine. #}

{# The moment of a whole number of milliseconds since the epoch. #}
{% macro moment_of(milliseconds) %}{{ return(adapter.dispatch('moment_of')(milliseconds)) }}{% endmacro %}

{% macro default__moment_of(milliseconds) -%}
    epoch_ms({{ milliseconds }}) at time zone 'UTC'
{%- endmacro %}

{% macro trino__moment_of(milliseconds) -%}
    cast(from_unixtime_nanos({{ milliseconds }} * 1000000) as timestamp(6) with time zone)
{%- endmacro %}

{# The milliseconds since the epoch of a moment. #}
{% macro milliseconds_of(moment) %}{{ return(adapter.dispatch('milliseconds_of')(moment)) }}{% endmacro %}

{% macro default__milliseconds_of(moment) -%}
    epoch_ms({{ moment }})
{%- endmacro %}

{% macro trino__milliseconds_of(moment) -%}
    cast(round(to_unixtime({{ moment }}) * 1000) as bigint)
{%- endmacro %}

{# A whole number divided by another, rounded down; both are positive. #}
{% macro divided(number, by) %}{{ return(adapter.dispatch('divided')(number, by)) }}{% endmacro %}

{% macro default__divided(number, by) -%}
    {{ number }} // {{ by }}
{%- endmacro %}

{% macro trino__divided(number, by) -%}
    {{ number }} / {{ by }}
{%- endmacro %}
