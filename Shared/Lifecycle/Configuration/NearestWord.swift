/// Finds the word that was meant by a misspelt one.
enum NearestWord {
    /// Longer words get no suggestion, as the work grows with the square of the length.
    private static let longest = 80

    /// The candidate with the fewest slips between it and a word, the first of several.
    ///
    /// - Parameters:
    ///   - word: what was written.
    ///   - candidates: what could have been meant.
    /// - Returns: nil if nothing is near: a third of the letters may differ, and one always.
    static func find(_ word: String, among candidates: [String]) -> String? {
        let written = Array(word.utf8)
        guard written.count <= longest else { return nil }
        var nearest: (distance: Int, word: String)?
        for candidate in candidates {
            let letters = Array(candidate.utf8)
            let limit = min(nearest.map { $0.distance - 1 } ?? .max, max(1, written.count / 3))
            guard abs(letters.count - written.count) <= limit else { continue }
            let distance = distance(written, letters)
            if distance <= limit { nearest = (distance, candidate) }
        }
        return nearest?.word
    }

    /// How many letters must be put in, left out, replaced or swapped with their neighbour.
    ///
    /// The distance of optimal string alignment, by its three last rows.
    static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in first.indices {
            var current = [row + 1]
            for column in second.indices {
                let isSame = first[row] == second[column]
                var best = min(last[column] + (isSame ? 0 : 1), last[column + 1] + 1)
                best = min(best, current[column] + 1)
                let isSwap =
                    row > 0 && column > 0 && first[row] == second[column - 1]
                    && first[row - 1] == second[column]
                if isSwap { best = min(best, beforeLast[column - 1] + 1) }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
