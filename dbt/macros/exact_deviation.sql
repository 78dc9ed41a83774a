{# The sample standard deviation of whole numbers, from exact sums: the engine's own adds floats in
   whatever order its threads come, and the last digits would differ from run to run. #}
{% macro exact_deviation(column) -%}
    case
        when count(*) > 1 then sqrt(
            cast(count(*) * sum({{ column }} * {{ column }}) - sum({{ column }}) * sum({{ column }}) as double)
            / (count(*) * (count(*) - 1))
        )
    end
{%- endmacro %}
