-- A login with the least rights that samband needs: the five entities of the standard mapping
-- (customers, employees, organisational units, projects, work hours) and two look-up tables.
-- Run it as a server administrator. Put in your own password, company database and tables:
-- which of R1 to R12 hold departments and projects, and which FreeInf table takes the hours,
-- is what your mapping says.

USE master;
CREATE LOGIN samband WITH PASSWORD = N'choose a long one', CHECK_POLICY = ON, DEFAULT_DATABASE = [F0001];
GO

USE [F0001]; -- the company database: F and the company's number
CREATE USER samband FOR LOGIN samband;

-- Customers and employees.
GRANT SELECT, INSERT, UPDATE ON dbo.Actor TO samband;
-- Departments and projects.
GRANT SELECT, INSERT, UPDATE ON dbo.R1 TO samband;
GRANT SELECT, INSERT, UPDATE ON dbo.R2 TO samband;
-- Work hours.
GRANT SELECT, INSERT, UPDATE ON dbo.FreeInf1 TO samband;
-- Countries and currencies.
GRANT SELECT ON dbo.Ctry TO samband;
GRANT SELECT ON dbo.Cur TO samband;
GO

-- Nothing more is needed: sp_getapplock, INFORMATION_SCHEMA and sys.databases are open to every
-- user of a database. Do not make samband a member of db_owner or db_datawriter. It never deletes.
