internal import Contracts
internal import Messages

extension ServiceOffer {
    /// What the services of the platform offer, by their names.
    static let product: [String: ServiceOffer] = [
        "attribution": ServiceOffer(
            [
                AttributionV1.Models.schema, AttributionV1.Journeys.schema,
                AttributionV1.Timelines.schema, AttributionV1.Runs.schema,
                AttributionV1.Credits.schema,
            ],
            files: [
                AttributionV1.modelsFile, AttributionV1.journeysFile,
                AttributionV1.journeySelectionFile, AttributionV1.timelineFile,
                AttributionV1.timelinesFile, AttributionV1.runsFile,
                AttributionV1.creditsFile, AttributionV1.bookedCreditFile,
                AttributionV1.transitionsFile,
            ]
        ),
        "ingest": ServiceOffer(
            [
                IngestV1.Channels.schema, IngestV1.Taxonomy.schema, IngestV1.Events.schema,
                IngestV1.Segment.schema, IngestV1.Series.schema, IngestV1.SpendMappings.schema,
                IngestV1.Rejected.schema, IngestV1.TaxonomyHistory.schema,
                IngestV1.DataQuality.schema, IngestV1.Imports.schema, IngestV1.Erasure.schema,
                IngestV1.Definitions.schema,
            ],
            files: [
                IngestV1.channelsFile, IngestV1.taxonomyFile, IngestV1.eventsFile,
                IngestV1.segmentFile, IngestV1.seriesFile, IngestV1.spendMappingFile,
                IngestV1.rejectedFile, IngestV1.taxonomyHistoryFile, IngestV1.dataQualityFile,
                IngestV1.importsFile, IngestV1.erasureFile, IngestV1.definitionsFile,
                IngestV1.conversionsFile, IngestV1.touchRuleFile,
            ]
        ),
        "mmm": ServiceOffer(
            [
                MixModelV1.Calibrations.schema, MixModelV1.Panels.schema,
                MixModelV1.Models.schema, MixModelV1.Results.schema, MixModelV1.Budgets.schema,
            ],
            files: [
                MixModelV1.calibrationsFile, MixModelV1.panelsFile, MixModelV1.modelsFile,
                MixModelV1.configurationFile, MixModelV1.resultsFile, MixModelV1.budgetsFile,
            ]
        ),
    ]
}
