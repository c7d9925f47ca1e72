/// The tables that ingest has in each tenant's schema.
public enum IngestMigrations {
    /// The area.
    public static let area = "ingest"
    /// The names without `.sql`, and the texts, in order.
    public static let files = [
        ("m0001_channels", PackageResources.m0001_channels_sql),
        ("m0002_channel_rules", PackageResources.m0002_channel_rules_sql),
        ("m0003_events", PackageResources.m0003_events_sql),
        ("m0004_rejected_rows", PackageResources.m0004_rejected_rows_sql),
        ("m0005_series", PackageResources.m0005_series_sql),
        ("m0006_imports", PackageResources.m0006_imports_sql),
        ("m0007_erasure", PackageResources.m0007_erasure_sql),
        ("m0008_data_quality", PackageResources.m0008_data_quality_sql),
        ("m0009_events_brought_by", PackageResources.m0009_events_brought_by_sql),
        ("m0010_definitions", PackageResources.m0010_definitions_sql),
        ("m0011_persons", PackageResources.m0011_persons_sql),
        ("m0012_summaries", PackageResources.m0012_summaries_sql),
        ("m0013_published", PackageResources.m0013_published_sql),
        ("m0014_ads", PackageResources.m0014_ads_sql),
    ]
}
