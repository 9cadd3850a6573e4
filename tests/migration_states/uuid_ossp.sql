-- Stands in for CREATE EXTENSION IF NOT EXISTS "uuid-ossp".
DO $$BEGIN
    IF to_regprocedure('uuid_generate_v4()') IS NULL THEN
        CREATE FUNCTION {schema}.uuid_generate_v4() RETURNS uuid LANGUAGE sql AS 'SELECT pg_catalog.gen_random_uuid()';
    END IF;
END$$
