-- Two roles, so that whoever serves cannot alter the log: run once by the server's owner, in the application's database,
-- after “custodes init” (run as custodes_owner) has made the tables, and again after each new version.
--
--   createuser custodes_owner ; createuser custodes_app        -- passwords or peer authentication as your house does it
--   createdb --owner custodes_owner custodes
--   createuser custodes_keys  ; createdb --owner custodes_keys custodes_keys     -- the key store: a database of its own
--   CUSTODES_DATABASE_URL=postgresql://custodes_owner@/custodes custodes init
--   psql --dbname custodes --file deploy/postgresql.sql
--
-- The service then runs with CUSTODES_DATABASE_URL=postgresql://custodes_app@/custodes.

begin;
revoke all on schema public from public;
grant usage on schema public to custodes_app;
grant select, insert, update, delete on all tables in schema public to custodes_app;
grant usage, select on all sequences in schema public to custodes_app;

-- Only ever added to. The triggers refuse the same to everybody; the owner of a table could switch those off, and this role
-- is not the owner.
revoke update, delete on audit_entry, audit_leaf, audit_checkpoint from custodes_app;
-- Erased, never removed.
revoke delete on audit_disclosure from custodes_app;
revoke insert, update, delete on alembic_version, schema_step from custodes_app;
commit;
