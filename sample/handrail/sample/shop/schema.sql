-- The shop's own tables. Amounts are pounds, moments carry their zone, names of states are what customers read.
CREATE SCHEMA IF NOT EXISTS shop;

CREATE TABLE IF NOT EXISTS shop.customers (
    id text PRIMARY KEY,
    name text NOT NULL,
    email text UNIQUE,
    phone text UNIQUE,
    paid_with text NOT NULL,
    points integer NOT NULL DEFAULT 0,
    gift_balance numeric(10, 2) NOT NULL DEFAULT 0,
    since date NOT NULL
);

CREATE TABLE IF NOT EXISTS shop.addresses (
    customer_id text PRIMARY KEY REFERENCES shop.customers,
    address text NOT NULL,
    postcode text NOT NULL,
    region text NOT NULL
);

CREATE TABLE IF NOT EXISTS shop.products (
    sku text PRIMARY KEY,
    name text NOT NULL,
    category text NOT NULL,
    sizes text[] NOT NULL,
    price numeric(10, 2) NOT NULL,
    was numeric(10, 2) NOT NULL,
    outlet boolean NOT NULL,
    stock integer NOT NULL
);

CREATE TABLE IF NOT EXISTS shop.orders (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES shop.customers,
    placed_at timestamptz NOT NULL,
    state text NOT NULL,
    region text NOT NULL,
    delivery text NOT NULL,
    address text NOT NULL,
    goods numeric(10, 2) NOT NULL,
    postage numeric(10, 2) NOT NULL,
    note text NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_of ON shop.orders (customer_id, placed_at DESC);

CREATE TABLE IF NOT EXISTS shop.order_lines (
    order_id text NOT NULL REFERENCES shop.orders,
    number integer NOT NULL,
    sku text NOT NULL REFERENCES shop.products,
    size text NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    price numeric(10, 2) NOT NULL,
    PRIMARY KEY (order_id, number)
);

CREATE TABLE IF NOT EXISTS shop.shipments (
    tracking text PRIMARY KEY,
    order_id text NOT NULL REFERENCES shop.orders,
    carrier text NOT NULL,
    state text NOT NULL,
    dispatched_at timestamptz NOT NULL,
    expected_by timestamptz NOT NULL,
    delivered_at timestamptz
);
CREATE INDEX IF NOT EXISTS shipments_of ON shop.shipments (order_id);

CREATE TABLE IF NOT EXISTS shop.slots (
    id text PRIMARY KEY,
    service text NOT NULL,
    starts_at timestamptz NOT NULL,
    places integer NOT NULL,
    taken integer NOT NULL DEFAULT 0 CHECK (taken BETWEEN 0 AND places),
    UNIQUE (service, starts_at)
);

CREATE TABLE IF NOT EXISTS shop.bookings (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES shop.customers,
    slot_id text NOT NULL REFERENCES shop.slots,
    places integer NOT NULL CHECK (places > 0),
    paid numeric(10, 2) NOT NULL,
    booked_at timestamptz NOT NULL,
    moves integer NOT NULL DEFAULT 0,
    state text NOT NULL,
    stage text NOT NULL DEFAULT '',
    ready_on timestamptz
);
CREATE INDEX IF NOT EXISTS bookings_of ON shop.bookings (customer_id);

CREATE TABLE IF NOT EXISTS shop.payments (
    id text PRIMARY KEY,
    order_id text REFERENCES shop.orders,
    booking_id text REFERENCES shop.bookings,
    amount numeric(10, 2) NOT NULL,
    paid_with text NOT NULL,
    paid_at timestamptz NOT NULL,
    CHECK (num_nonnulls(order_id, booking_id) = 1)
);
CREATE INDEX IF NOT EXISTS payments_of_order ON shop.payments (order_id);
CREATE INDEX IF NOT EXISTS payments_of_booking ON shop.payments (booking_id);

CREATE TABLE IF NOT EXISTS shop.refunds (
    id text PRIMARY KEY,
    order_id text REFERENCES shop.orders,
    line integer,
    quantity integer NOT NULL DEFAULT 0,
    booking_id text REFERENCES shop.bookings,
    amount numeric(10, 2) NOT NULL CHECK (amount > 0),
    postage boolean NOT NULL DEFAULT false,
    reason text NOT NULL,
    made_at timestamptz NOT NULL,
    sent_by date NOT NULL
);
CREATE INDEX IF NOT EXISTS refunds_of ON shop.refunds (order_id);

CREATE TABLE IF NOT EXISTS shop.returns (
    id text PRIMARY KEY,
    order_id text NOT NULL REFERENCES shop.orders,
    line integer NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),
    reason text NOT NULL,
    refund numeric(10, 2) NOT NULL,
    postage boolean NOT NULL DEFAULT false,
    state text NOT NULL,
    started_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS returns_of ON shop.returns (order_id);

-- What was done for an idempotency key: the same key never does it again.
CREATE TABLE IF NOT EXISTS shop.effects (
    key text PRIMARY KEY,
    tool text NOT NULL,
    customer_id text NOT NULL REFERENCES shop.customers,
    made_at timestamptz NOT NULL,
    result jsonb NOT NULL
);

CREATE SEQUENCE IF NOT EXISTS shop.slot_numbers START 10001;
CREATE SEQUENCE IF NOT EXISTS shop.booking_numbers START 30001;
CREATE SEQUENCE IF NOT EXISTS shop.payment_numbers START 50001;
CREATE SEQUENCE IF NOT EXISTS shop.refund_numbers START 30001;
CREATE SEQUENCE IF NOT EXISTS shop.return_numbers START 30001;
