-- The last 90 days up to the newest that has events, a row a day; a day without any counts as zero.
with counted as (
    select
        cast(calendar.day as date) as event_date,
        coalesce(metrics.event_count, 0) as event_count,
        coalesce(metrics.repo_count, 0) as repo_count,
        coalesce(metrics.actor_count, 0) as actor_count,
        coalesce(metrics.code_event_count, 0) as code_event_count,
        coalesce(metrics.review_event_count, 0) as review_event_count,
        coalesce(metrics.discussion_event_count, 0) as discussion_event_count,
        coalesce(metrics.publication_event_count, 0) as publication_event_count,
        coalesce(metrics.community_event_count, 0) as community_event_count,
        coalesce(metrics.other_event_count, 0) as other_event_count
    from (
        select unnest(generate_series(min(event_date), max(event_date), interval 1 day)) as day
        from gold.fct_daily_github_metrics
    ) as calendar
    left join gold.fct_daily_github_metrics as metrics on metrics.event_date = calendar.day
),

compared as (
    select
        *,
        avg(event_count) over (
            order by event_date rows between 6 preceding and current row
        ) as event_count_7_day_avg,
        event_count - lag(event_count) over (order by event_date) as event_count_change,
        max(event_date) filter (where event_count = 0) over (order by event_date) as last_quiet_date,
        min(event_date) over () as first_date
    from counted
),

hours as (
    select event_date, hour_of_day, count(*) as event_count
    from silver.fct_github_user_events
    group by event_date, hour_of_day
),

busiest as (
    select event_date, hour_of_day as busiest_hour
    from hours
    qualify row_number() over (partition by event_date order by event_count desc, hour_of_day) = 1
)

select
    compared.event_date,
    event_count,
    repo_count,
    actor_count,
    code_event_count,
    review_event_count,
    discussion_event_count,
    publication_event_count,
    community_event_count,
    other_event_count,
    event_count_7_day_avg,
    event_count_change,
    cast(compared.event_date - coalesce(last_quiet_date, first_date - 1) as integer) as streak_days,
    busiest_hour
from compared
left join busiest on busiest.event_date = compared.event_date
where compared.event_date > (select max(event_date) from gold.fct_daily_github_metrics) - 90
order by compared.event_date
