import Foundation
import Journeys
import Messages
import Wire

/// Journeys with a conversion and touches, and how amounts are divided, all by the obvious way.
struct SlowCredit {
    struct Journey {
        let person: String
        let time: Int64
        let event: String
        /// In cents.
        let units: Int64
        let touches: [Timeline.Touch]
        var channels: [String] { touches.map { StoredPersons.labels[$0.place] ?? "" } }
    }

    let journeys: [Journey]

    init(_ persons: StoredPersons, _ selection: JourneySelection) {
        var journeys: [Journey] = []
        for (person, timeline) in persons.sorted {
            selection.journeys(of: timeline) { journey in
                guard case .conversion(let place) = journey.end, selection.contains(journey) else {
                    return
                }
                let conversion = timeline.conversions[place]
                let touches = journey.stretch.map { timeline.touches[$0] }
                    .filter { selection.reaches($0, journey) }
                guard !touches.isEmpty else { return }
                journeys.append(
                    Journey(
                        person: person,
                        time: journey.time,
                        event: conversion.eventID,
                        units: conversion.currency == "EUR" ? conversion.value / 10_000 : 0,
                        touches: touches
                    )
                )
            }
        }
        self.journeys = journeys
    }

    /// One cent after the other, each to whoever is furthest below the exact share.
    static func divide(_ units: Int64, _ shares: [Double]) -> [Int64] {
        var parts = shares.map { Int64((Double(units) * $0).rounded(.down)) }
        let rests = zip(shares, parts).map { Double(units) * $0 - Double($1) }
        var taken: Set<Int> = []
        while parts.reduce(0, +) < units {
            let free = rests.indices.filter { !taken.contains($0) }
            guard let next = free.max(by: { (rests[$0], -$0) < (rests[$1], -$1) }) else { break }
            parts[next] += 1
            taken.insert(next)
        }
        return parts
    }

    /// Shares in proportion to the credit of channels.
    static func normalised(_ channels: [String], _ credit: [String: Double]) -> [Double] {
        let weights = channels.map { max(0, credit[$0] ?? 0) }
        let sum = weights.reduce(0, +)
        return weights.map { sum > 0 ? $0 / sum : 1 / Double(weights.count) }
    }

    /// The day of a time, by the clocks of a zone.
    static func day(_ time: Int64, _ zone: String) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone) ?? .gmt
        let date = Date(timeIntervalSince1970: Double(time / 1_000_000))
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        let numbers = [parts.year, parts.month, parts.day].map { number in
            let text = "\(number ?? 0)"
            return text.count == 1 ? "0" + text : text
        }
        return numbers.joined(separator: "-")
    }

    /// Cents of an amount as answers have it.
    static func cents(_ text: String) -> Int64 {
        let parts = text.split(separator: ".")
        let rest = (parts.count > 1 ? String(parts[1]) : "") + "00"
        return (Int64(parts.first ?? "") ?? 0) * 100 + (Int64(rest.prefix(2)) ?? 0)
    }
}

extension GoogleProtobuf.Timestamp {
    /// Microseconds since 1970, of a time after that.
    var micros: Int64 { seconds * 1_000_000 + Int64(nanos) / 1_000 }
}
