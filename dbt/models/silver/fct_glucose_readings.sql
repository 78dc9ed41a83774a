{# The first reading of each device after the window looks back into it, so it is made anew too. #}
{{ config(
    pre_hook="{{ clear_window('reading_date') }}",
    incremental_strategy='delete+insert',
    unique_key='entry_id',
    properties=partitioned_by('reading_date'),
) }}

with readings as (
    select
        *,
        lag(glucose_mg_dl) over device_in_time as previous_glucose_mg_dl,
        lag(reading_at) over device_in_time as previous_reading_at,
        min(case when reading_date > {{ window_end() }} then reading_at end)
            over (partition by device) as next_after_window_at
    from {{ ref('stg_glucose_entries') }}
    where not coalesce(is_duplicate, false)
    window device_in_time as (partition by device order by reading_at)
)

select
    entry_id,
    reading_date,
    reading_at,
    reading_local,
    cast(extract(hour from reading_local) as integer) as hour_of_day,
    cast({{ iso_weekday('reading_local') }} as integer) as day_of_week,
    {{ day_name('reading_local') }} as day_name,
    device,
    glucose_mg_dl,
    case
        when glucose_mg_dl < 70 then 'low'
        when glucose_mg_dl <= 180 then 'in_range'
        when glucose_mg_dl <= 250 then 'high'
        else 'very_high'
    end as glucose_category,
    glucose_mg_dl between 70 and 180 as is_in_range,
    case glucose_mg_dl when 39 then 'LOW' when 401 then 'HIGH' end as sensor_limit,
    trend,
    direction,
    glucose_mg_dl - previous_glucose_mg_dl as glucose_change_mg_dl,
    cast({{ milliseconds_of('reading_at') }} - {{ milliseconds_of('previous_reading_at') }} as double) / 60000
        as minutes_since_previous
from readings
where {{ in_window('reading_date') }} or reading_at = next_after_window_at
