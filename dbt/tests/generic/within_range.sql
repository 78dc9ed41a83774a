{# Fails for each value below `lowest` or above `highest`. #}
{% test within_range(model, column_name, lowest, highest) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} < {{ lowest }} or {{ column_name }} > {{ highest }}
{% endtest %}
