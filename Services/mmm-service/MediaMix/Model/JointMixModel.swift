internal import Panels

/// Models of several outcomes of the same media, which share how these carry over and level off.
///
/// What people do after they saw something takes its time, and wears off, whatever is counted of
/// it: orders and revenue tell of the same adstocks and saturations, and each is surer of them for
/// the other. All else is each outcome's own: effects, levels, controls, noise.
public struct JointMixModel: Sendable {
    /// One for each outcome.
    public let members: [MediaMixModel]
    /// Where the numbers of each member's points are among those that are drawn: the first
    /// member's come first, then what each other has of its own.
    public let places: [[Int]]
    /// How many numbers are drawn.
    public let dimension: Int

    /// How many outcomes it has at most.
    public static let mostMembers = 8

    /// Models that are drawn together.
    ///
    /// - Parameter members: from one to ``mostMembers``; of one alone nothing is shared.
    /// - Throws: ``MixModelError`` if they have other places, periods or media, or these are to
    ///   carry over or level off otherwise.
    public init(_ members: [MediaMixModel]) throws(MixModelError) {
        precondition((1...Self.mostMembers).contains(members.count), "from one to the most")
        for other in members.dropFirst() { try members[0].check(other) }
        self.members = members
        let names = members[0].sampledNames
        let shared = members[0].transformPriors
        var (places, count) = ([Array(names.indices)], names.count)
        for member in members.dropFirst() {
            var own: [Int] = []
            for name in member.sampledNames {
                if shared[name] != nil, let place = names.firstIndex(of: name) {
                    own.append(place)
                } else {
                    own.append(count)
                    count += 1
                }
            }
            places.append(own)
        }
        self.places = places
        dimension = count
    }

    /// The name of a number that is drawn, after its outcome if there are several.
    ///
    /// - Parameter place: from 0, below ``dimension``.
    /// - Returns: the name; nil beyond.
    public func sampledName(at place: Int) -> String? {
        for (member, own) in zip(members, places) {
            guard let index = own.firstIndex(of: place) else { continue }
            let name = member.sampledNames[index]
            return members.count == 1 ? name : "\(name) of \(member.panel.outcome.name)"
        }
        return nil
    }
}

extension MediaMixModel {
    /// Refuses a model that cannot share with this one how media carry over and level off.
    fileprivate func check(_ other: MediaMixModel) throws(MixModelError) {
        func refuse(unless isMet: Bool, _ rule: String) throws(MixModelError) {
            guard !isMet else { return }
            throw .unlike(panel.outcome.name, other.panel.outcome.name, rule: rule)
        }
        try refuse(
            unless: panel.periods == other.panel.periods
                && panel.daysPerPeriod == other.panel.daysPerPeriod,
            "their periods are \(panel.span), and \(other.panel.span): ask for the same days"
        )
        try refuse(
            unless: panel.geos == other.panel.geos,
            "they are of other places, or of other numbers of people there"
        )
        try refuse(
            unless: media.map(\.name) == other.media.map(\.name),
            "they have other media"
        )
        for (own, next) in zip(media, other.media) {
            try refuse(
                unless: own.amount == next.amount && own.frequency == next.frequency,
                "there were other amounts of \(own.name)"
            )
        }
        try checkTransforms(other, refuse)
    }

    private func checkTransforms(
        _ other: MediaMixModel,
        _ refuse: (Bool, String) throws(MixModelError) -> Void
    ) throws(MixModelError) {
        for (own, next) in zip(media, other.media) {
            let (one, two) = (own.configuration, next.configuration)
            try refuse(
                one.adstock == two.adstock && one.saturation == two.saturation
                    && one.order == two.order,
                "\(own.name) is to carry over or level off otherwise"
            )
        }
        let (priors, others) = (transformPriors, other.transformPriors)
        let strange = priors.keys.sorted().first { priors[$0] != others[$0] }
        try refuse(
            strange == nil,
            "\(strange ?? "a parameter") has another prior"
        )
        // What is half of the level at which a medium is must be so for all.
        try refuse(
            configuration.mediaScale == other.configuration.mediaScale
                && scaling.media == other.scaling.media,
            "their media are scaled otherwise"
        )
    }
}

extension Panel {
    /// Its periods, for people.
    fileprivate var span: String {
        "\(periods.count) from \(periods.first.map { "\($0)" } ?? "nowhere") on"
    }
}
