//! The server as its clients see it: started whole, on a port of its own and a database of its own, with a
//! clock whose hands the test holds. Every test runs on `SQLite` and on `PostgreSQL` (see `support`).

#[macro_use]
mod support;

mod auth;
mod batteries;
mod booking_life;
mod bookings;
mod boundaries;
mod check;
mod close_down;
mod demo;
mod desk_pages;
mod everybody;
mod expiry;
mod failed_packs;
mod http;
mod live;
mod notifications;
mod online_payments;
mod openapi;
mod operators;
mod pages;
mod payments;
mod plan_payments;
mod plans;
mod plans_limit;
mod plans_pages;
mod processes;
mod races;
mod reviews;
mod scheduled;
mod services;
mod shift_close;
mod staffing;
mod stations;
mod vehicles;
mod whatever_happens;
