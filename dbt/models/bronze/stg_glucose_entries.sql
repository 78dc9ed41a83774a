{# A reading is told by one device: another one's within 150 s of it repeats it, and so does the same
   device's in the same five minutes. An id that came from another day leaves that day. #}
{{ config(
    pre_hook="{{ clear_window('reading_date') }}",
    incremental_strategy='delete+insert',
    unique_key='entry_id',
    properties=partitioned_by('reading_date'),
) }}

with entries as (
    select
        _id as entry_id,
        cast(sgv as integer) as glucose_mg_dl,
        {{ moment_of('"date"') }} as reading_at,
        cast({{ local_time(moment_of('"date"')) }} as date) as reading_date,
        {{ local_time(moment_of('"date"')) }} as reading_local,
        {{ divided('"date"', 300000) }} as slot,
        try_cast(trend as integer) as trend,
        direction,
        device,
        ingested_at,
        ingested_by
    from {{ source('raw', 'glucose_entries') }}
    where sgv between 20 and 600 and deleted_at is null and {{ in_window('partition_day') }}
),

counted as (
    select reading_date, coalesce(device, '') as name, count(*) as reading_count
    from entries
    group by reading_date, coalesce(device, '')
),

devices as (
    select
        reading_date,
        name,
        row_number() over (
            partition by reading_date
            order by name = {{ preferred_device() }} desc, reading_count desc, name
        ) as device_rank
    from counted
),

neighbours as (
    select
        entries.*,
        devices.device_rank,
        min(devices.device_rank) over (
            partition by entries.reading_date
            order by entries.reading_at
            range between interval '150' second preceding and interval '150' second following
        ) as best_rank_near,
        lag(slot) over of_device as previous_slot,
        {{ milliseconds_of('reading_at') }} - lag({{ milliseconds_of('reading_at') }}) over of_device as gap_ms,
        lag({{ milliseconds_of('reading_at') }}) over of_device
            - lag({{ milliseconds_of('reading_at') }}, 2) over of_device as gap_before_ms
    from entries
    join devices
        on devices.reading_date = entries.reading_date and devices.name = coalesce(entries.device, '')
    window of_device as (
        partition by entries.reading_date, devices.name order by entries.reading_at, entries.entry_id
    )
)

select
    entry_id,
    reading_date,
    glucose_mg_dl,
    reading_at,
    reading_local,
    trend,
    direction,
    device,
    ingested_at,
    ingested_by,
    best_rank_near < device_rank
    or coalesce(gap_ms < 150000 and previous_slot = slot, false)
    or coalesce(gap_ms < 30000 and coalesce(gap_before_ms, 300000) >= 150000, false) as is_duplicate
from neighbours
where {{ in_window('reading_date') }}
