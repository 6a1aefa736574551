-- The roles and the database of the hotline on a new server, run once by the postgres image on an empty volume.
-- On a server of your own: psql -f deploy/postgres.sql with the three variables below in the environment.
-- Each role owns what it needs and sees nothing of the others.
\set ON_ERROR_STOP on
\getenv record_password HOTLINE_DATABASE_PASSWORD
\getenv bot_password HOTLINE_BOT_DATABASE_PASSWORD
\set reference_password ''
\getenv reference_password HOTLINE_REFERENCE_DATABASE_PASSWORD

create role hotline login password :'record_password';
create database hotline owner hotline;
create role hotline_bot login password :'bot_password';
alter role hotline_bot set search_path = rasa;

\connect hotline
revoke all on database hotline from public;
grant connect on database hotline to hotline_bot;
create schema rasa authorization hotline_bot;

-- Only where the reference backends run.
select :'reference_password' <> '' as reference \gset
\if :reference
  create role hotline_reference login password :'reference_password';
  alter role hotline_reference set search_path = reference;
  grant connect on database hotline to hotline_reference;
  create schema reference authorization hotline_reference;
\endif
