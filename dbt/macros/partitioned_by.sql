{# The properties of a model's table: on Trino it is an Iceberg table with a partition for each day. #}
{% macro partitioned_by(day) %}
    {{ return({'partitioning': "ARRAY['" ~ day ~ "']"} if target.type == 'trino' else {}) }}
{% endmacro %}
