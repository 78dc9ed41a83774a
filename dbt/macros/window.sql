{# The days of the run, as dates. They reach the engine as session variables and not through
   `--vars`: changed vars would make dbt parse the whole project again. #}
{% macro window_start() %}{{ return(adapter.dispatch('window_start')()) }}{% endmacro %}
{% macro window_end() %}{{ return(adapter.dispatch('window_end')()) }}{% endmacro %}

{% macro default__window_start() %}getvariable('window_start'){% endmacro %}
{% macro default__window_end() %}getvariable('window_end'){% endmacro %}

{% macro trino__window_start() %}date '{{ setting_of_run('DAGDECK_WINDOW_START') }}'{% endmacro %}
{% macro trino__window_end() %}date '{{ setting_of_run('DAGDECK_WINDOW_END') }}'{% endmacro %}

{# A variable of the run's environment; while dbt parses it is none, for what a model is made of would
   have to be parsed again for each run. #}
{% macro setting_of_run(name) %}{{ return(env_var(name, '') if execute else '') }}{% endmacro %}

{# Whether a date is one of the run's days. #}
{% macro in_window(column) -%}
    {{ column }} between {{ window_start() }} and {{ window_end() }}
{%- endmacro %}

{# A pre-hook: the window's rows go, in the transaction that brings the new ones. #}
{% macro clear_window(column) -%}
    {% if is_incremental() %}delete from {{ this }} where {{ in_window(column) }}{% endif %}
{%- endmacro %}
