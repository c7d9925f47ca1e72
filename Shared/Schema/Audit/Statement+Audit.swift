internal import Postgres

// The questions of the audit. Each returns one text for each fault.
extension Statement {
    static let audits = [
        foreignRights, publicRights, databaseRights, ownedObjects, serviceRights, roleAttributes,
        strayMemberships, looseFunctions, tablesThatCannotMove,
    ]

    /// A tenant's role has rights on what is not in its schema, or more than the four.
    private static let foreignRights = Statement(
        "schema.audit_foreign_rights",
        """
        with rights as (
            select acl.grantee, n.nspname, c.relname as name, acl.privilege_type
            from pg_class c join pg_namespace n on n.oid = c.relnamespace,
                aclexplode(c.relacl) acl
            union all
            select acl.grantee, n.nspname, 'schema', acl.privilege_type
            from pg_namespace n, aclexplode(n.nspacl) acl
            union all
            select acl.grantee, n.nspname, p.proname, acl.privilege_type
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace, aclexplode(p.proacl) acl
            union all
            select acl.grantee, n.nspname, c.relname || '.' || a.attname, acl.privilege_type
            from pg_attribute a join pg_class c on c.oid = a.attrelid
                join pg_namespace n on n.oid = c.relnamespace, aclexplode(a.attacl) acl
            union all
            select acl.grantee, '', 'database', acl.privilege_type
            from pg_database d, aclexplode(d.datacl) acl
        )
        select format('%s may %s %s.%s', r.rolname, rights.privilege_type, nspname, name)
        from rights join pg_roles r on r.oid = rights.grantee
        where r.rolname like 't\\_%' and not (
            nspname = r.rolname
            and privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE')
            and (name <> 'schema_migrations' or privilege_type = 'SELECT')
        )
        """
    )

    /// The world has rights in our schemas, or in `public`.
    private static let publicRights = Statement(
        "schema.audit_public_rights",
        """
        with rights as (
            select n.nspname, c.relname as name, acl.grantee, acl.privilege_type
            from pg_class c join pg_namespace n on n.oid = c.relnamespace,
                aclexplode(c.relacl) acl
            union all
            select n.nspname, 'schema', acl.grantee, acl.privilege_type
            from pg_namespace n, aclexplode(n.nspacl) acl
            union all
            select n.nspname, p.proname, acl.grantee, acl.privilege_type
            from pg_proc p join pg_namespace n on n.oid = p.pronamespace,
                aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
        )
        select format('the world may %s %s.%s', privilege_type, nspname, name) from rights
        where grantee = 0
            and (nspname like 't\\_%' or nspname in ('platform', 'node', 'public'))
        """
    )

    /// The world may make things in the database.
    private static let databaseRights = Statement(
        "schema.audit_database_rights",
        """
        select format('the world may %s in the database', acl.privilege_type)
        from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) acl
        where d.datname = current_database() and acl.grantee = 0
        """
    )

    /// A tenant's role, or a service's, owns something.
    private static let ownedObjects = Statement(
        "schema.audit_owned_objects",
        """
        select format('%s owns object %s of %s', r.rolname, d.objid, d.classid::regclass)
        from pg_shdepend d join pg_roles r on r.oid = d.refobjid
        where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o'
            and (r.rolname like 't\\_%' or r.rolname like 'svc\\_%' or r.rolname = 'tenant_users')
            and d.dbid in (0, (select oid from pg_database where datname = current_database()))
        """
    )

    /// A service's login has rights on a tenant's schema without taking the tenant's role.
    private static let serviceRights = Statement(
        "schema.audit_service_rights",
        """
        select format('%s may use %s', r.rolname, n.nspname)
        from pg_roles r cross join pg_namespace n
        where r.rolname like 'svc\\_%' and n.nspname like 't\\_%'
            and has_schema_privilege(r.oid, n.oid, 'USAGE, CREATE')
        union all
        select format('%s has rights on %s', r.rolname, c.oid::regclass)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace,
            aclexplode(c.relacl) acl join pg_roles r on r.oid = acl.grantee
        where n.nspname like 't\\_%' and r.rolname <> n.nspname
            and r.rolname <> 'platform_owner'
        """
    )

    private static let roleAttributes = Statement(
        "schema.audit_role_attributes",
        """
        select format('%s is more than it should be', rolname) from pg_roles
        where (rolname like 't\\_%' or rolname like 'svc\\_%'
                or rolname in ('tenant_users', 'platform_owner', 'migrator'))
            and (rolsuper or rolcreatedb or rolreplication or rolbypassrls or rolinherit
                or rolcreaterole <> (rolname = 'migrator')
                or rolcanlogin <> (rolname like 'svc\\_%' or rolname = 'migrator'))
        """
    )

    /// Someone is a member of what he should not be: only tenants' users take tenants' roles.
    private static let strayMemberships = Statement(
        "schema.audit_memberships",
        """
        select format('%s is a member of %s', m.rolname, r.rolname)
        from pg_auth_members a join pg_roles r on r.oid = a.roleid
            join pg_roles m on m.oid = a.member
        where (r.rolname like 't\\_%' and m.rolname <> 'tenant_users')
            or (r.rolname = 'tenant_users' and m.rolname not like 'svc\\_%')
            or (r.rolname = 'platform_owner' and m.rolname <> 'migrator')
            or m.rolname like 't\\_%' or m.rolname = 'platform_owner'
            or (m.rolname like 'svc\\_%' and r.rolname <> 'tenant_users')
        """
    )

    /// A function that runs with its owner's rights lets its caller say where names are looked up.
    private static let looseFunctions = Statement(
        "schema.audit_functions",
        """
        select format('%s runs with the rights of its owner in any path', p.oid::regprocedure)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema')
            and not exists (
                select from unnest(p.proconfig) setting where setting like 'search_path=%'
            )
        """
    )

    /// The directory, which has these tenants here, and the catalog do not agree.
    static let unmatchedSchemas = Statement(
        "schema.audit_schemas",
        """
        with expected as (
            select id from unnest($1::text[]) as id
        )
        select format('schema %s is of no tenant', n.nspname) from pg_namespace n
        where n.nspname like 't\\_%' and not exists (
            select from expected where 't_' || id = n.nspname
        )
        union all
        select format('tenant %s has no schema', id) from expected
        where to_regnamespace('t_' || id) is null
        union all
        select format('tenant %s has no role', id) from expected
        where to_regrole('t_' || id) is null
        union all
        select format('schema %s has %s tables', n.nspname, count(*))
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 't\\_%' and c.relkind in ('r', 'p') and not c.relispartition
        group by n.nspname having count(*) > 60
        """
    )

    /// What Citus would not spread or move.
    private static let tablesThatCannotMove = Statement(
        "schema.audit_tables",
        """
        select format('%s has no primary key', c.oid::regclass)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 't\\_%' and c.relkind in ('r', 'p')
            and not exists (
                select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p'
            )
        union all
        select format('%s has triggers', t.tgrelid::regclass)
        from pg_trigger t join pg_class c on c.oid = t.tgrelid
            join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 't\\_%' and not t.tgisinternal
        union all
        select format('%s is of a kind that cannot be moved', c.oid::regclass)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 't\\_%' and c.relkind in ('m', 'f')
        union all
        select format('%s is a partition with partitions', c.oid::regclass)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 't\\_%' and c.relkind = 'p' and c.relispartition
        union all
        select format('%s refers to another schema', k.conrelid::regclass)
        from pg_constraint k join pg_class c on c.oid = k.conrelid
            join pg_class f on f.oid = k.confrelid
            join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 't\\_%' and k.contype = 'f' and f.relnamespace <> c.relnamespace
        union all
        select format('%s counts in 32 bits', c.oid::regclass)
        from pg_sequence s join pg_class c on c.oid = s.seqrelid
            join pg_namespace n on n.oid = c.relnamespace
        where n.nspname like 't\\_%' and s.seqtypid <> 'bigint'::regtype
        """
    )

    /// What each tenant of a node has been migrated to.
    static let migratedTo = Statement(
        "schema.migrated_to",
        """
        select t.id, coalesce((
                select string_agg(area || ' ' || version, ', ' order by area)
                from tenant_versions v where v.tenant_id = t.id
            ), '')
        from tenants t where t.state <> 'deleted' and t.node = $1 order by t.id
        """
    )

    /// The same as ``fingerprint`` for several tenants.
    static let fingerprints = Statement(
        "schema.fingerprints",
        "select id, schema_fingerprint('t_' || id) from unnest($1::text[]) as id"
    )

    static let fingerprint = Statement(
        "schema.fingerprint",
        "select schema_fingerprint($1)"
    )
}
