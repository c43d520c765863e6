-- name: find_shops
-- The shops with these codes.
SELECT code, id FROM merchant_shop WHERE code = ANY(%(codes)s)

-- name: add_shops
-- Shops heard of for the first time, named by their code until somebody names them.
INSERT INTO merchant_shop (code, name, kind)
SELECT code, code, 'online' FROM unnest(%(codes)s::text[]) AS code
ON CONFLICT (code) DO NOTHING

-- name: find_stores
-- The stores with these codes.
SELECT code, id FROM merchant_store WHERE code = ANY(%(codes)s)

-- name: add_stores
-- Stores heard of for the first time, named by their code until somebody names them.
INSERT INTO merchant_store (code, name)
SELECT code, code FROM unnest(%(codes)s::text[]) AS code
ON CONFLICT (code) DO NOTHING
