//! The server as its clients see it: started whole, on a port of its own and a database of its own, with a
//! clock whose hands the test holds. Every test runs on `SQLite` and on `PostgreSQL` (see `support`).

#[macro_use]
mod support;

mod auth;
mod batteries;
mod bays;
mod booking_life;
mod bookings;
mod boundaries;
mod check;
mod close_down;
mod demo;
mod desk_pages;
mod doors;
mod everybody;
mod expiry;
mod failed_packs;
mod hang_up;
mod http;
mod live;
mod messages;
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
mod sessions;
mod shift_close;
mod staff_sockets;
mod staffing;
mod stations;
mod tasks;
mod vehicles;
mod waitlist;
mod whatever_happens;
