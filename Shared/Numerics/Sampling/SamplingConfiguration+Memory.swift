extension SamplingConfiguration {
    /// Refuses a run that would need too much memory, before any of it is asked for.
    func checkMemory(dimension: Int) throws(SamplingFailure) {
        let needed = neededBytes(dimension: dimension)
        guard needed <= Double(memoryLimitBytes) else {
            throw .tooLarge(neededBytes: needed, limitBytes: memoryLimitBytes)
        }
    }

    /// What threads, tasks and reports take, whatever is sampled.
    private static let baseBytes = 1e6

    /// An upper bound on the memory of a run, as a number that no product overflows.
    ///
    /// The draws of all chains, and what each chain that is under way works with. Copies that
    /// others keep of what they are given to save are theirs.
    ///
    /// - Parameter dimension: of the density.
    /// - Returns: bytes.
    package func neededBytes(dimension: Int) -> Double {
        let transition = Double(MemoryLayout<Transition>.stride)
        let kept = Double(draws) * (8 * Double(dimension) + transition)
        let working = Double(min(chains, threads ?? chains))
        return Self.baseBytes + Double(chains) * kept
            + working * 8 * (trajectoryNumbers(dimension) + adaptationNumbers(dimension))
    }

    /// The vectors of a trajectory, each rounded up to whole cache lines, and of a chain's state.
    private func trajectoryNumbers(_ dimension: Int) -> Double {
        let vectors = unsafe 2 * PhasePoint.vectors + (maximumDepth + 2) * Stretch.vectors
        return Double(vectors + 20) * (Double(dimension) + 8)
    }

    /// A window of draws with their gradients, and the metric that is made of it.
    private func adaptationNumbers(_ dimension: Int) -> Double {
        let schedule = WarmupSchedule(draws: warmup)
        let window = Double(schedule.secondWindow - schedule.firstWindow)
        let size = Double(dimension)
        // Positions and gradients: both in arrays that have grown by doubling, and as the last
        // report holds them; both standardised, and one transposed.
        let windows = (2 * 2 * 2 + 2 + 2) * window * size
        let width = dimension <= largestDenseDimension ? size : min(size, 200)
        return windows + 12 * size * width
    }
}
