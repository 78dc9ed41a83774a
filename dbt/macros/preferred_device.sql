{# The device whose readings count where several tell of the same minutes; empty where none is set. #}
{% macro preferred_device() %}{{ return(adapter.dispatch('preferred_device')()) }}{% endmacro %}

{% macro default__preferred_device() %}getvariable('preferred_device'){% endmacro %}
{% macro trino__preferred_device() %}'{{ setting_of_run('DAGDECK_PREFERRED_DEVICE') | replace("'", "''") }}'{% endmacro %}
