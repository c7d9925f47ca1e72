internal import Messages
internal import Postgres
internal import Taxonomy

/// The touches of a channel by their confidences, the least sure first.
struct ChannelLevels: Sendable {
    let channel: String
    private var levels: [(confidence: Double, touches: Int64)] = []
    private var named: Int64 = 0

    private init(_ channel: String) { self.channel = channel }

    /// Reads what ``TouchStore/confidences(_:of:in:)`` has found.
    ///
    /// - Parameter rows: a channel's one after the other, the least sure first.
    /// - Returns: the channels, those with the most touches first.
    /// - Throws: `PostgresError`.
    static func channels(_ rows: Rows) throws(PostgresError) -> [ChannelLevels] {
        var channels: [ChannelLevels] = []
        for row in rows {
            let (slug, confidence, touches, named) = try row.read(
                String.self,
                Float.self,
                Int64.self,
                Int64.self
            )
            if channels.last?.channel != slug { channels.append(ChannelLevels(slug)) }
            // What is stored with seven digits is a product of factors with two.
            let exact = (Double(confidence) * 1e6).rounded() / 1e6
            channels[channels.count - 1].levels.append((exact, touches))
            channels[channels.count - 1].named += named
        }
        return channels.sorted { ($1.touches, $0.channel) < ($0.touches, $1.channel) }
    }

    private var touches: Int64 { levels.reduce(0) { $0 + $1.touches } }

    /// The least confidence that a part of the touches does not exceed.
    private func quantile(_ part: Double) -> Double {
        var rest = (Double(touches) * part).rounded(.up)
        for level in levels {
            rest -= Double(level.touches)
            if rest <= 0 { return level.confidence }
        }
        return levels.last?.confidence ?? 0
    }

    /// The channel as callers see it.
    var message: IngestV1.ChannelConfidences.Channel {
        var message = IngestV1.ChannelConfidences.Channel()
        message.channel = channel
        message.touches = touches
        message.named = named
        let sum = levels.reduce(0) { $0 + $1.confidence * Double($1.touches) }
        message.confidence = sum / Double(max(touches, 1))
        message.low = quantile(0.1)
        message.median = quantile(0.5)
        message.unknown = levels.filter { $0.confidence < Confidence.leastKnown }
            .reduce(0) { $0 + $1.touches }
        for (confidence, touches) in levels {
            let rounded = (confidence * 100).rounded() / 100
            if message.levels.last?.confidence != rounded {
                var level = IngestV1.ChannelConfidences.Level()
                level.confidence = rounded
                message.levels.append(level)
            }
            message.levels[message.levels.count - 1].touches += touches
        }
        return message
    }
}

extension IngestV1.ChannelConfidences {
    /// How all confidences are reckoned, and no channel yet.
    static var explained: IngestV1.ChannelConfidences {
        var message = IngestV1.ChannelConfidences()
        message.formula =
            Confidence.formula + "; confidence of a channel = the mean of those of its touches; a "
            + "channel that the sender names has 1"
        message.leastKnown = Confidence.leastKnown
        message.terms =
            Confidence.Weight.allCases.map { Term($0.term.name, $0.term.factor, $0.meaning) }
            + UTMReport.Kind.allCases.map { kind in
                Term("tags.\(kind.rawValue)", kind.factor, "a finding of ValidateUtm in the tags")
            }
        return message
    }
}

extension IngestV1.ChannelConfidences.Term {
    fileprivate init(_ name: String, _ factor: Double, _ meaning: String) {
        self.init()
        self.name = name
        self.factor = factor
        self.meaning = meaning
    }
}
