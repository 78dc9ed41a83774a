{{ config(
    tags=['github'],
    pre_hook="{{ clear_window('event_date') }}",
    properties=partitioned_by('event_date'),
) }}

select
    event_date,
    cast(count(*) as integer) as event_count,
    cast(count(distinct repo_name) as integer) as repo_count,
    cast(count(distinct actor_login) as integer) as actor_count,
    {%- for category in ['code', 'review', 'discussion', 'publication', 'community', 'other'] %}
    cast(count(*) filter (where event_category = '{{ category }}') as integer) as {{ category }}_event_count
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('fct_github_user_events') }}
where {{ in_window('event_date') }}
group by event_date
