-- Episodes below 70 and below 54 mg/dL of the last 90 days, counted on the day they begin.
-- A reading stands for the five minutes after it. An episode lasts 15 minutes or more, and ends with
-- 15 minutes above, or without readings: 19 minutes between two low ones, as their times jitter.
with thresholds as (
    select unnest([70, 54]) as threshold_mg_dl
),

low as (
    select
        threshold_mg_dl,
        reading_date,
        reading_at,
        glucose_mg_dl,
        epoch_ms(reading_at) - lag(epoch_ms(reading_at)) over (
            partition by threshold_mg_dl order by reading_at, entry_id
        ) as since_previous_ms
    from silver.fct_glucose_readings
    cross join thresholds
    where
        glucose_mg_dl < threshold_mg_dl
        and reading_date > (select max(reading_date) from gold.fct_daily_glucose_metrics) - 90
),

numbered as (
    select
        *,
        count(*) filter (where coalesce(since_previous_ms, 3600000) >= 19 * 60000) over (
            partition by threshold_mg_dl order by reading_at
        ) as episode
    from low
),

episodes as (
    select
        threshold_mg_dl,
        min(reading_date) as reading_date,
        round((max(epoch_ms(reading_at)) - min(epoch_ms(reading_at))) / 60000.0) + 5 as minutes,
        min(glucose_mg_dl) as lowest_glucose_mg_dl
    from numbered
    group by threshold_mg_dl, episode
    having round((max(epoch_ms(reading_at)) - min(epoch_ms(reading_at))) / 60000.0) + 5 >= 15
)

select
    days.reading_date,
    cast(thresholds.threshold_mg_dl as integer) as threshold_mg_dl,
    cast(count(episodes.minutes) as integer) as episode_count,
    cast(coalesce(sum(episodes.minutes), 0) as integer) as episode_minutes,
    cast(max(episodes.minutes) as integer) as longest_minutes,
    cast(min(episodes.lowest_glucose_mg_dl) as integer) as lowest_glucose_mg_dl
from gold.fct_daily_glucose_metrics as days
cross join thresholds
left join episodes
    on episodes.reading_date = days.reading_date
    and episodes.threshold_mg_dl = thresholds.threshold_mg_dl
where days.reading_date > (select max(reading_date) from gold.fct_daily_glucose_metrics) - 90
group by days.reading_date, thresholds.threshold_mg_dl
order by days.reading_date, thresholds.threshold_mg_dl desc
