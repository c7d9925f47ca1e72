/// What columns are usually called.
enum Vocabulary {
    /// Names in order: of several columns with the role, the one with the earliest name is meant.
    static let date = [
        "event_timestamp", "occurred_at", "timestamp", "event_time", "datetime", "date_time",
        "originaltimestamp", "day", "date", "by_day", "stat_time_day", "gregorian_date",
        "timeperiod", "time_period", "reporting_starts", "ds", "date_week", "week", "week_start",
        "week_commencing", "time", "created_at", "event_date", "datum", "tag", "fecha", "jour",
    ]

    /// Roles of a row of events and of GA4's export.
    static let event: [(ColumnRole, [String])] = [
        (.eventID, ["event_id", "message_id", "messageid", "insert_id", "uuid"]),
        (
            .eventIDPart,
            [
                "event_bundle_sequence_id", "batch_page_id", "batch_ordering_id",
                "batch_event_index",
            ]
        ),
        (.eventKind, ["event_type", "event_kind", "kind", "type"]),
        (.eventName, ["event_name", "event", "name"]),
        (
            .visitorID,
            [
                "visitor_id", "anonymous_id", "anonymousid", "user_pseudo_id", "client_id",
                "device_id", "cookie_id", "distinct_id", "visitor",
            ]
        ),
        (.userID, ["user_id", "userid", "customer_id", "person_id"]),
        (.sessionID, ["session_id", "event_params_ga_session_id"]),
        (
            .url,
            [
                "url", "page_url", "page_location", "landing_page", "event_params_page_location",
                "properties_url", "context_page_url",
            ]
        ),
        (
            .referrer,
            [
                "referrer", "page_referrer", "event_params_page_referrer", "properties_referrer",
                "context_page_referrer",
            ]
        ),
        (
            .source,
            [
                "utm_source", "source", "collected_traffic_source_manual_source",
                "event_params_source", "context_campaign_source",
            ]
        ),
        (
            .medium,
            [
                "utm_medium", "medium", "collected_traffic_source_manual_medium",
                "event_params_medium", "context_campaign_medium",
            ]
        ),
        (
            .campaign,
            [
                "utm_campaign", "campaign", "campaign_name",
                "collected_traffic_source_manual_campaign_name", "event_params_campaign",
                "context_campaign_name",
            ]
        ),
        (
            .term,
            [
                "utm_term", "term", "keyword", "collected_traffic_source_manual_term",
                "event_params_term", "context_campaign_term",
            ]
        ),
        (
            .content,
            [
                "utm_content", "content", "collected_traffic_source_manual_content",
                "event_params_content", "context_campaign_content",
            ]
        ),
        (
            .clickID,
            [
                "click_id", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "ttclid", "irclickid",
                "fbclid", "collected_traffic_source_gclid", "collected_traffic_source_dclid",
                "event_params_gclid",
            ]
        ),
        (
            .orderID,
            [
                "order_id", "transaction_id", "ecommerce_transaction_id",
                "event_params_transaction_id", "properties_order_id",
            ]
        ),
        (
            .value,
            [
                "value", "revenue", "order_value", "amount", "ecommerce_purchase_revenue",
                "event_params_value", "properties_revenue", "properties_total", "conversion_value",
            ]
        ),
        (.currency, ["currency", "currency_code", "event_params_currency", "properties_currency"]),
        (.channel, ["channel"]),
    ]

    /// Roles of a row of paths.
    static let paths: [(ColumnRole, [String])] = [
        (
            .path,
            [
                "path", "paths", "journey", "channel_path", "touchpoints", "conversion_path",
                "path_to_conversion", "default_channel_group_path",
            ]
        ),
        (.conversions, ["conversions", "total_conversions", "conversion", "count", "conv"]),
        (
            .value,
            [
                "value", "total_conversion_value", "conversion_value", "conversions_value",
                "revenue", "total_value",
            ]
        ),
        (.nulls, ["nulls", "total_null", "total_nulls", "null", "non_conversions"]),
    ]

    /// Roles of a row of spend.
    static let spend: [(ColumnRole, [String])] = [
        (
            .spend,
            [
                "spend", "cost", "amount_spent", "ad_spend", "media_spend", "total_spend",
                "total_cost", "kosten", "ausgaben", "gasto", "depense",
            ]
        ),
        (.impressions, ["impressions", "impression", "impr", "impressionen"]),
        (.clicks, ["clicks", "link_clicks", "clicks_all", "klicks"]),
        (.reach, ["reach"]),
        (.channel, ["channel", "media_channel", "kanal"]),
        (.platform, ["platform", "ad_platform", "publisher"]),
        (.campaign, ["campaign", "campaign_name", "kampagne"]),
        (.campaignID, ["campaign_id"]),
        (.adGroup, ["ad_group", "ad_group_name", "ad_set_name", "adset_name", "adset"]),
        (.conversions, ["conversions", "conv", "results", "purchases", "conversion"]),
        (
            .conversionValue,
            [
                "conv_value", "conversion_value", "total_conv_value", "conversions_value",
                "purchases_conversion_value", "total_purchase_value", "revenue",
            ]
        ),
        (.currency, ["currency", "currency_code", "account_currency", "waehrung", "währung"]),
        (.geo, geo),
    ]

    static let geo = [
        "geo", "region", "country", "market", "state", "dma", "location", "country_territory",
    ]

    /// Roles of a row of holidays.
    static let holidays: [(ColumnRole, [String])] = [
        (.holiday, ["holiday", "holiday_name", "feiertag", "name"]),
        (.country, ["country", "country_code", "region", "geo", "land"]),
    ]

    /// Outcomes, for series.
    static let kpis: Set<String> = [
        "y", "kpi", "revenue", "sales", "conversions", "orders", "purchases", "transactions",
        "signups", "sign_ups", "subscriptions", "installs", "leads", "bookings", "target",
        "umsatz", "bestellungen", "gross_revenue", "net_revenue", "new_customers",
    ]
    static let seriesNames = [
        "kpi_name", "metric", "metric_name", "series", "variable", "covariate",
    ]
    static let seriesValues = ["value", "kpi_value", "metric_value", "wert"]
}
