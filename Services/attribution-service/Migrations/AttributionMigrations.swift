/// The tables that attribution has in each tenant's schema.
public enum AttributionMigrations {
    /// The area.
    public static let area = "attribution"
    /// The names without `.sql`, and the texts, in order.
    public static let files = [
        ("m0001_timelines", PackageResources.m0001_timelines_sql),
        ("m0002_runs", PackageResources.m0002_runs_sql),
        ("m0003_orders", PackageResources.m0003_orders_sql),
    ]
}
