import RankingCore
import RankingFormats

/// A query and passages for measuring, the same in every run: words drawn at random, with the lengths
/// that passages of MS MARCO have.
enum BenchPassages {
  /// In a monoT5 prompt a passage has about 105 tokens on average.
  static let count = 100

  static func request() -> RankingRequest {
    var random = Random()
    let query = (0..<6).map { _ in random.element(of: contentWords) }.joined(separator: " ")
    let documents = (0..<count).map { index in
      Document(id: String(index), text: passage(&random))
    }
    return RankingRequest(query: Query(id: "bench", text: query), documents: documents)
  }

  private static func passage(_ random: inout Random) -> String {
    // Squaring skews lengths as in MS MARCO: many near 40 words, few of 160.
    let fraction = random.fraction()
    var wordsLeft = 30 + Int(126 * fraction * fraction)
    var sentences: [String] = []
    while wordsLeft > 0 {
      let length = min(wordsLeft, 8 + random.below(14))
      sentences.append(sentence(length, &random))
      wordsLeft -= length
    }
    return sentences.joined(separator: " ")
  }

  private static func sentence(_ length: Int, _ random: inout Random) -> String {
    let words = (0..<length).map { _ -> String in
      switch random.below(100) {
      case ..<40: String(random.element(of: functionWords))
      case ..<44: String(random.below(2000))
      case ..<50: random.element(of: contentWords) + ","
      default: String(random.element(of: contentWords))
      }
    }
    let text = words.joined(separator: " ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  /// Knuth's linear congruential generator (MMIX): the passages must never change.
  private struct Random {
    private var state: UInt64 = 2025

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // The low bits of such a generator repeat soon.
      return state >> 33
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    mutating func fraction() -> Double { Double(next()) / Double(1 << 31) }
    mutating func element(of words: [Substring]) -> Substring { words[below(words.count)] }
  }

  private static let functionWords = """
    the of and to in a is that for it as was with be by on are this from or an which can at not have \
    has they their its may also than when more other these such most between after into only
    """.split(separator: " ")

  private static let contentWords = """
    time year people way water day world life part number system company state group problem fact \
    place case week work government area story child point country school home money business issue \
    side kind head house service friend power hour game line end member law car city community name \
    president team minute idea body information parent face level office door health person art war \
    history party result change morning reason research moment air teacher force education blood \
    cell disease heart muscle tissue vitamin protein enzyme insulin diabetes symptom treatment dose \
    infection bacteria virus vaccine kidney liver mitochondria chlorophyll photosynthesis hormone \
    cholesterol calcium magnesium potassium acid oxygen carbon hydrogen nitrogen temperature pressure \
    gravity voltage current circuit battery engine transmission brake tire mortgage interest loan \
    deductible insurance premium payroll salary average cost price estimate contractor plumbing \
    drywall concrete asphalt gallon ounce pound mile square river mountain valley volcano glacier \
    earthquake hurricane climate rainfall desert rainforest species habitat predator honeybee hive \
    nectar pollen migration constitution amendment congress senate legislature jurisdiction statute \
    plaintiff defendant attorney Roman Egyptian Mediterranean Victorian medieval dynasty empire \
    colony Philadelphia Massachusetts California Texas London Shakespeare Lincoln Newton Einstein \
    make take find give use need become leave mean keep begin show hear play run move live believe \
    bring happen write provide include continue learn lead understand follow create speak read allow \
    spend grow open walk offer remember consider appear buy wait serve send expect build stay reach \
    remain suggest raise require report decide contain produce measure located known called typically \
    usually approximately significantly naturally commonly large small early important different \
    social national public common possible certain recent chemical electrical financial federal
    """.split(separator: " ")
}
