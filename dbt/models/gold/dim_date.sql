{{ config(pre_hook="{{ clear_window('date_day') }}") }}

with days as (
    select distinct reading_date as day
    from {{ ref('fct_glucose_readings') }}
    where {{ in_window('reading_date') }}
)

select
    day as date_day,
    cast(extract(year from day) as integer) as year,
    cast(extract(quarter from day) as integer) as quarter,
    cast(extract(month from day) as integer) as month,
    monthname(day) as month_name,
    cast(extract(day from day) as integer) as day_of_month,
    cast(extract(doy from day) as integer) as day_of_year,
    cast(extract(isodow from day) as integer) as day_of_week,
    dayname(day) as day_name,
    cast(extract(isoyear from day) as integer) as iso_year,
    cast(extract(week from day) as integer) as iso_week,
    extract(isodow from day) >= 6 as is_weekend
from days
