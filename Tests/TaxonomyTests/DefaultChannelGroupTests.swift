import Foundation
import TestKit
import TestKit
import Testing

@testable import Taxonomy

@Suite("The default channel group")
struct DefaultChannelGroupTests {
    static let mapper: ChannelMapper? = try? ChannelMapper(
        RuleSet(DefaultChannelGroup.rules),
        version: 1
    )

    @Test("maps every case of the published table, and of what is known to go wrong with it")
    func cases() throws {
        let mapper = try #require(Self.mapper)
        let cases = try ChannelCase.all()
        #expect(cases.count >= 300)
        for one in cases {
            let mapped = mapper.map(TrafficSource(one.clues))
            #expect(mapped.channel.description == one.channel, "\(one.line)")
            #expect((0...1).contains(mapped.confidence.value))
        }
    }

    @Test("has eighteen rules in the order of the table, and every one decides some case")
    func order() throws {
        let mapper = try #require(Self.mapper)
        #expect(DefaultChannelGroup.rules.count == 18)
        #expect(DefaultChannelGroup.rules.map(\.priority) == Array(1_001...1_018))
        var decided: Set<String?> = []
        for one in try ChannelCase.all() {
            decided.insert(mapper.map(TrafficSource(one.clues)).rule)
        }
        #expect(decided == Set(DefaultChannelGroup.rules.map(\.name) + [nil]))
        #expect(
            DefaultChannelGroup.rules.allSatisfy { ChannelSlug($0.channel.description) != nil }
        )
    }

    @Test("agrees with the table written out once more, on any combination of its words")
    func written() throws {
        let mapper = try #require(Self.mapper)
        let sources = [
            "", "(direct)", "google", "facebook", "youtube", "amazon", "newsletter", "email", "sms",
            "firebase", "partner", "bing", "t.co", "Google Shopping", "criteo",
        ]
        let media = [
            "", "(none)", "cpc", "cpm", "ppc", "paid", "paid_social", "retargeting", "display",
            "banner", "organic", "referral", "social", "sm", "video", "instream-video", "email",
            "e mail", "affiliate", "audio", "sms", "push", "webpush", "mobile_app", "notification",
            "link", "qr", "xppc", "unpaid", "ecpc", "scp",
        ]
        let campaigns = [
            "", "spring", "cross-network", "shopping", "workshop", "e-shop", "shop", "the shop",
        ]
        for source in sources {
            for medium in media {
                for campaign in campaigns {
                    var clues = TouchClues()
                    clues.tags[.source] = source
                    clues.tags[.medium] = medium
                    clues.tags[.campaign] = campaign
                    let channel = mapper.map(TrafficSource(clues)).channel.description
                    let table = try PublishedTable.channel(source, medium, campaign)
                    #expect(channel == table, "\(source) / \(medium) / \(campaign)")
                }
            }
        }
    }

    @Test("knows 819 sources by kind, each of them in all capitals too")
    func sources() throws {
        let mapper = try #require(Self.mapper)
        let counts = SourceCategory.allCases.map { $0.sources.count }
        #expect(counts == [129, 52, 592, 46])
        let paid: [SourceCategory: String] = [
            .search: "paid_search", .shopping: "paid_shopping", .social: "paid_social",
            .video: "paid_video",
        ]
        for category in SourceCategory.allCases {
            for source in category.sources {
                var clues = TouchClues()
                clues.tags[.source] = source.uppercased()
                clues.tags[.medium] = "cpc"
                let channel = mapper.map(TrafficSource(clues)).channel.description
                #expect(channel == paid[category], "\(source)")
            }
        }
    }

    @Test(
        "has the sources of the vendor's list",
        .enabled(if: Reference.folder != nil, "there is no reference data")
    )
    func vendor() throws {
        let folder = try #require(Reference.folder)
        let file = folder.appending(path: "reference/taxonomy/ga4_source_categories.csv")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
        #expect(rows.count == 819)
        for row in rows {
            let sides = row.lowercased().split(separator: ",", maxSplits: 1)
            let category = SourceCategory.of(source: String(sides[0]))
            #expect(category.map { "source_category_\($0.rawValue)" } == String(sides[1]), "\(row)")
        }
    }
}

/// A line of `Inputs/channel-cases.tsv`.
struct ChannelCase {
    let line: String
    let clues: TouchClues
    let channel: String

    static func all() throws -> [ChannelCase] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let file = folder.appending(path: "Inputs/channel-cases.tsv")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
                try #require(cells.count == 6, "\(line)")
                var clues = TouchClues()
                for (field, cell) in zip([CampaignField.source, .medium, .campaign], cells) {
                    if !cell.isEmpty { clues.tags[field] = String(cell) }
                }
                clues.page = String(cells[3])
                clues.referrer = String(cells[4])
                return ChannelCase(line: String(line), clues: clues, channel: String(cells[5]))
            }
    }
}
