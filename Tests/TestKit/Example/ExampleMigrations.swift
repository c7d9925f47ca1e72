/// The tables that the example has in each tenant's schema.
public enum ExampleMigrations {
    /// The area.
    public static let area = "example"
    /// The names without `.sql`, and the texts, in order.
    public static let files = [
        ("m0001_items", PackageResources.m0001_items_sql),
        ("m0002_exports", PackageResources.m0002_exports_sql),
    ]
}
