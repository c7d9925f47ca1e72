import Foundation
import Numerics

/// How much is sampled where the whole takes half a minute, and more with a sanitizer.
enum SampledForm {
    /// Whether there is time.
    static let isLong = ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1"

    /// What R-hat stays below.
    static let worstRHat = isLong ? 1.01 : 1.05

    /// Four chains, of 1,000 + 1,000 draws in the long form.
    static func configuration(seed: UInt64) -> SamplingConfiguration {
        var configuration = SamplingConfiguration(seed: seed)
        if !isLong { (configuration.warmup, configuration.draws) = (400, 250) }
        return configuration
    }
}
