{# Silver may have renewed the first reading of each device after the window; so does this. #}
{{ config(
    pre_hook="{{ clear_window('reading_date') }}",
    incremental_strategy='delete+insert',
    unique_key='entry_id',
    properties=partitioned_by('reading_date'),
) }}

with readings as (
    select
        *,
        min(case when reading_date > {{ window_end() }} then reading_at end)
            over (partition by device) as next_after_window_at
    from {{ ref('fct_glucose_readings') }}
)

select
    readings.entry_id,
    readings.reading_date,
    readings.reading_at,
    readings.reading_local,
    readings.hour_of_day,
    readings.day_of_week,
    readings.day_name,
    readings.day_of_week >= 6 as is_weekend,
    readings.device,
    readings.glucose_mg_dl,
    readings.glucose_category,
    readings.is_in_range,
    readings.direction,
    readings.glucose_change_mg_dl,
    readings.minutes_since_previous,
    daily.avg_glucose_mg_dl as day_avg_glucose_mg_dl,
    readings.glucose_mg_dl - daily.avg_glucose_mg_dl as deviation_from_day_avg_mg_dl
from readings
left join {{ ref('fct_daily_glucose_metrics') }} as daily
    on daily.reading_date = readings.reading_date
where {{ in_window('readings.reading_date') }} or readings.reading_at = readings.next_after_window_at
