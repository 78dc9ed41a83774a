{# A row for every day that was run, whichever source the run was for. It is made along with the
   readings, so that what is downstream of them includes it. #}
-- depends_on: {{ ref('fct_glucose_readings') }}
{{ config(pre_hook="{{ clear_window('date_day') }}", properties=partitioned_by('date_day')) }}

with days as (
    {{ days_of_window() }}
)

select
    day as date_day,
    cast(extract(year from day) as integer) as year,
    cast(extract(quarter from day) as integer) as quarter,
    cast(extract(month from day) as integer) as month,
    {{ month_name('day') }} as month_name,
    cast(extract(day from day) as integer) as day_of_month,
    cast(extract(doy from day) as integer) as day_of_year,
    cast({{ iso_weekday('day') }} as integer) as day_of_week,
    {{ day_name('day') }} as day_name,
    cast({{ iso_year('day') }} as integer) as iso_year,
    cast(extract(week from day) as integer) as iso_week,
    {{ iso_weekday('day') }} >= 6 as is_weekend
from days
