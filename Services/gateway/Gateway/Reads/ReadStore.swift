internal import RPC
internal import Tenancy

/// The answers that a ``ReadCache`` keeps, in a section for each tenant that lasts until its next
/// change.
struct ReadStore {
    private struct Entry {
        let answer: ForwardedAnswer
        let until: ContinuousClock.Instant
        let cost: Int
    }

    private struct Section {
        let number: Int
        /// From when on answers are kept.
        let opensAt: ContinuousClock.Instant
        var entries: [[UInt8]: Entry] = [:]
        var cost = 0
    }

    /// How many bytes are kept.
    private(set) var cost = 0
    private let limit: Int
    private var sections: [TenantID: Section] = [:]
    private var lastNumber = 0

    /// What an entry takes beside its bytes.
    private static let entryCost = 512
    /// When so many tenants have sections, all are closed.
    private static let mostSections = 10_000

    /// Keeps nothing yet.
    ///
    /// - Parameter limit: the most bytes; a quarter of them for one tenant.
    init(upTo limit: Int) { self.limit = limit }

    /// Looks for an answer.
    ///
    /// - Parameters:
    ///   - question: what it answers.
    ///   - now: the time.
    /// - Returns: the number of the tenant's section, and the answer if there is one that counts.
    mutating func look(
        up question: ReadCache.Question,
        at now: ContinuousClock.Instant
    ) -> (section: Int, answer: ForwardedAnswer?) {
        guard let section = sections[question.tenant] else {
            return (open(question.tenant, at: now), nil)
        }
        guard let entry = section.entries[question.bytes], now < entry.until else {
            return (section.number, nil)
        }
        return (section.number, entry.answer)
    }

    /// Keeps an answer, unless its tenant has changed something since it was asked for.
    ///
    /// Where there is no room the tenant's other answers make it, and then those of the tenant that
    /// has the most.
    ///
    /// - Parameters:
    ///   - answer: the answer.
    ///   - question: what it answers.
    ///   - number: the section that was there when it was asked for.
    ///   - until: when it counts no more.
    ///   - now: the time.
    mutating func keep(
        _ answer: ForwardedAnswer,
        _ question: ReadCache.Question,
        _ number: Int,
        until: ContinuousClock.Instant,
        at now: ContinuousClock.Instant
    ) {
        let entry = Entry(
            answer: answer,
            until: until,
            cost: answer.byteCount + question.bytes.count + Self.entryCost
        )
        guard var section = sections[question.tenant], section.number == number,
            section.opensAt <= now, entry.cost <= limit / 4
        else { return }
        cost -= section.cost
        if section.cost + entry.cost > limit / 4 { (section.entries, section.cost) = ([:], 0) }
        let old = section.entries.updateValue(entry, forKey: question.bytes)
        section.cost += entry.cost - (old?.cost ?? 0)
        cost += section.cost
        sections[question.tenant] = section
        while cost > limit, let largest = sections.max(by: { $0.value.cost < $1.value.cost }) {
            close(largest.key)
        }
    }

    /// Closes the section of a tenant.
    ///
    /// - Parameters:
    ///   - tenant: whose.
    ///   - opensAt: from when on answers are kept again.
    ///   - now: the time.
    mutating func forget(
        _ tenant: TenantID,
        until opensAt: ContinuousClock.Instant,
        at now: ContinuousClock.Instant
    ) {
        let opensAt = max(opensAt, sections[tenant]?.opensAt ?? opensAt)
        close(tenant)
        // Who reads next opens one that keeps at once.
        if opensAt > now { _ = open(tenant, at: opensAt) }
    }

    private mutating func open(
        _ tenant: TenantID,
        at opensAt: ContinuousClock.Instant
    ) -> Int {
        if sections.count >= Self.mostSections { (sections, cost) = ([:], 0) }
        lastNumber += 1
        sections[tenant] = Section(number: lastNumber, opensAt: opensAt)
        return lastNumber
    }

    private mutating func close(_ tenant: TenantID) {
        cost -= sections.removeValue(forKey: tenant)?.cost ?? 0
    }
}
