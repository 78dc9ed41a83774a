{{ config(pre_hook="{{ clear_window('reading_date') }}") }}

with entries as (
    select
        _id as entry_id,
        cast({{ local_time('to_timestamp(date / 1000)') }} as date) as reading_date,
        sgv as glucose_mg_dl,
        to_timestamp(date / 1000) as reading_at,
        device,
        case
            when sgv is null then 'no value'
            when sgv < 20 then 'below 20 mg/dL'
            when sgv > 600 then 'above 600 mg/dL'
        end as reason
    from {{ source('raw', 'glucose_entries') }}
)

select *
from entries
where reason is not null and {{ in_window('reading_date') }}
