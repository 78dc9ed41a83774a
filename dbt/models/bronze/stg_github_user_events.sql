{{ config(
    tags=['github'],
    pre_hook="{{ clear_window('event_date') }}",
    incremental_strategy='delete+insert',
    unique_key='event_id',
    properties=partitioned_by('event_date'),
) }}

with events as (
    select
        id as event_id,
        type as event_type,
        created_at as event_at,
        {{ local_time('created_at') }} as event_local,
        {{ json_text('actor', '$.login') }} as actor_login,
        try_cast({{ json_text('repo', '$.id') }} as bigint) as repo_id,
        {{ json_text('repo', '$.name') }} as repo_name,
        {{ json_text('org', '$.login') }} as org_login,
        {{ json_text('payload', '$.action') }} as action,
        public as is_public,
        payload,
        ingested_at,
        ingested_by
    from {{ source('raw', 'github_user_events') }}
    where deleted_at is null and {{ in_window('partition_day') }}
),

dated as (
    select
        events.*,
        cast(event_local as date) as event_date,
        row_number() over (partition by event_id order by ingested_at desc) as newest_first
    from events
)

select
    event_id,
    event_date,
    event_type,
    event_at,
    event_local,
    actor_login,
    repo_id,
    repo_name,
    org_login,
    action,
    is_public,
    payload,
    ingested_at,
    ingested_by
from dated
where newest_first = 1 and {{ in_window('event_date') }}
