{{ config(
    tags=['github'],
    pre_hook="{{ clear_window('event_date') }}",
    properties=partitioned_by('event_date'),
) }}

select
    event_id,
    event_date,
    event_at,
    event_local,
    cast(extract(hour from event_local) as integer) as hour_of_day,
    cast({{ iso_weekday('event_local') }} as integer) as day_of_week,
    {{ day_name('event_local') }} as day_name,
    actor_login,
    repo_name,
    org_login,
    event_type,
    case
        when event_type in ('PushEvent', 'CreateEvent', 'DeleteEvent') then 'code'
        when event_type like 'PullRequest%' then 'review'
        when event_type in ('IssuesEvent', 'IssueCommentEvent', 'CommitCommentEvent') then 'discussion'
        when event_type in ('ReleaseEvent', 'GollumEvent', 'PublicEvent') then 'publication'
        when event_type in ('ForkEvent', 'MemberEvent', 'SponsorshipEvent', 'WatchEvent') then 'community'
        else 'other'
    end as event_category,
    action,
    is_public
from {{ ref('stg_github_user_events') }}
where {{ in_window('event_date') }}
