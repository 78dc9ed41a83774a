{{ config(
    tags=['github'],
    pre_hook="{{ clear_window('event_date') }}",
    incremental_strategy='delete+insert',
    unique_key='event_id',
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
    where deleted_at is null
),

dated as (
    select event_id, cast(event_local as date) as event_date, * exclude (event_id)
    from events
)

select *
from dated
where {{ in_window('event_date') }}
qualify row_number() over (partition by event_id order by ingested_at desc) = 1
