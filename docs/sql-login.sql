-- A login with the least rights that samband needs for the standard mapping: what it writes, and the
-- ledgers, prices and look-up tables that it only reads.
-- Run it as a server administrator. Put in your own password, company database and tables:
-- which of R1 to R12 hold departments and projects, and which FreeInf table takes the hours,
-- is what your mapping says.

USE master;
CREATE LOGIN samband WITH PASSWORD = N'choose a long one', CHECK_POLICY = ON, DEFAULT_DATABASE = [F0001];
GO

USE [F0001]; -- the company database: F and the company's number
CREATE USER samband FOR LOGIN samband;

-- Customers with their delivery addresses and contacts, and employees.
GRANT SELECT, INSERT, UPDATE ON dbo.Actor TO samband;
-- Departments and projects.
GRANT SELECT, INSERT, UPDATE ON dbo.R1 TO samband;
GRANT SELECT, INSERT, UPDATE ON dbo.R2 TO samband;
-- Work hours.
GRANT SELECT, INSERT, UPDATE ON dbo.FreeInf1 TO samband;
-- Products, travel expenses and work types; categories only if they are transferred.
GRANT SELECT, INSERT, UPDATE ON dbo.Prod TO samband;
GRANT SELECT, INSERT, UPDATE ON dbo.ProdCat TO samband;
GRANT SELECT ON dbo.PrDcMat TO samband;
GRANT SELECT ON dbo.Unit TO samband;
-- Invoices: orders and their lines are made, and the customers' ledger tells when they are paid.
GRANT SELECT, INSERT, UPDATE ON dbo.Ord TO samband;
GRANT SELECT, INSERT, UPDATE ON dbo.OrdLn TO samband;
GRANT SELECT ON dbo.CustTr TO samband;
-- Purchase costs.
GRANT SELECT ON dbo.AcTr TO samband;
-- Delivery addresses, only if a mapping keeps them in the table Address:
-- GRANT SELECT, INSERT, UPDATE ON dbo.Address TO samband;
-- Countries, currencies and VAT codes. A mapping that looks into other tables needs SELECT on those too.
GRANT SELECT ON dbo.Ctry TO samband;
GRANT SELECT ON dbo.Cur TO samband;
GRANT SELECT ON dbo.Vat TO samband;
GO

-- The checklist before the first run, `samband preflight`, also looks at voucher series, account number
-- series and payment terms. It does without, and says so; to let it look:
-- GRANT SELECT ON dbo.VoSr TO samband;
-- GRANT SELECT ON dbo.AcInt TO samband;
-- GRANT SELECT ON dbo.Txt TO samband;

-- Nothing more is needed: sp_getapplock, INFORMATION_SCHEMA and sys.databases are open to every
-- user of a database. Do not make samband a member of db_owner or db_datawriter. It never deletes.
