/// The tables that attribution has in each tenant's schema.
public enum AttributionMigrations {
    /// The area.
    public static let area = "attribution"
    /// The names without `.sql`, and the texts, in order.
    public static let files = [
        ("m0001_timelines", PackageResources.m0001_timelines_sql),
        ("m0002_runs", PackageResources.m0002_runs_sql),
        ("m0003_orders", PackageResources.m0003_orders_sql),
        ("m0004_refunds", PackageResources.m0004_refunds_sql),
        ("m0005_confidence", PackageResources.m0005_confidence_sql),
        ("m0006_kpi", PackageResources.m0006_kpi_sql),
        ("m0007_ads", PackageResources.m0007_ads_sql),
        ("m0008_quality", PackageResources.m0008_quality_sql),
        ("m0009_turns", PackageResources.m0009_turns_sql),
    ]
}
