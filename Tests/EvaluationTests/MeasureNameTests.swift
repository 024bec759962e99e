import Evaluation
import Testing

@Suite("Names of measures")
struct MeasureNameTests {
  @Test(
    "A name reads as the measure that it names, and is written as ir_measures writes it",
    arguments: [
      ("nDCG@10", "nDCG@10"), ("nDCG", "nDCG"), ("NDCG@10", "nDCG@10"), ("ndcg@10", "nDCG@10"),
      ("nDCG(dcg='exp-log2')@10", "nDCG(dcg='exp-log2')@10"),
      ("nDCG(dcg=\"exp-log2\", judged_only=True) @ 10", "nDCG(dcg='exp-log2',judged_only=True)@10"),
      ("nDCG(dcg='log2',judged_only=False)", "nDCG"), ("nDCG(cutoff=5)", "nDCG@5"),
      ("nDCG(gains={2: 10, 1:0, 3:3})@5", "nDCG(gains={1:0,2:10})@5"),
      ("MRR@10", "RR@10"), ("MAP", "AP"), ("Recall@100", "R@100"), ("Precision@5", "P@5"),
      ("P(rel=2)@5", "P(rel=2)@5"), ("P(rel=1)@5", "P@5"), ("RPrec", "Rprec"),
      ("RBP", "RBP"), ("RBP(p=0.8)", "RBP"), ("RBP(rel=1, p=0.9)@10", "RBP(p=0.9,rel=1)@10"),
      ("Judged@10", "Judged@10"), ("ERR@20", "ERR@20"), ("Success@1", "Success@1"),
      ("ndcg_cut_10", "nDCG@10"), ("ndcg_cut.10", "nDCG@10"), ("ndcg", "nDCG"), ("map", "AP"),
      ("map_cut_5", "AP@5"), ("recip_rank", "RR"), ("recall_100", "R@100"), ("P_10", "P@10"),
      ("success_5", "Success@5"), ("rbp", "RBP(p=0.9)"),
    ])
  func reads(text: String, name: String) throws {
    let measure = try Measure(text)
    #expect(measure.description == name)
    #expect(try Measure(name) == measure)
  }

  @Test(
    "What is no name is refused, with the nearest one",
    arguments: [
      ("nDGC@10", "did you mean nDCG?"), ("ndcg_cut10", "did you mean ndcg_cut_10?"),
      ("recip_rnk", "did you mean recip_rank?"), ("Sucess@1", "did you mean Success?"),
      ("", "unknown measure"), ("xyzzy", "there are nDCG, RR, AP"), ("P", "expected a cutoff"),
      ("Rprec@5", "expected no cutoff"), ("P@0", "expected a whole number from 1"),
      ("P@-1", "found '-1'"), ("P@5@6", "expected nothing behind it"),
      ("P@99999999999999999999", "expected a whole number"), ("P(cutoff=5)@5", "found two"),
      ("P(rel=2,rel=3)@5", "expected rel once"), ("P(rel=-1)@5", "as rel, found '-1'"),
      ("P(p=0.5)@5", "expected one of cutoff, rel, judged_only"), ("P(rel)@5", "expected ="),
      ("P(rel=2@5", "expected ) or a comma"), ("Judged(rel=2)@5", "expected one of cutoff"),
      ("RBP(p=1)", "between 0 and 1"), ("RBP(p=nan)", "between 0 and 1"),
      ("nDCG(dcg='ln')", "expected 'log2' or 'exp-log2'"), ("nDCG(dcg=log2)", "as dcg, found log2"),
      ("nDCG(gains={1})", "expected pairs"), ("nDCG(gains={1:2000})", "expected pairs"),
      ("nDCG(gains=5)@10", "expected pairs"), ("nDCG(gains={})", "expected pairs"),
      ("nDCG(gains={,})", "expected pairs"),
      ("nDCG(gains={", "expected"), ("nDCG(judged_only=true)", "expected True or False"),
    ])
  func refuses(text: String, words: String) throws {
    let error = #expect(throws: MeasureError.self) { try Measure(text) }
    let message = try #require(error?.description)
    #expect(message.contains(words), "\(message)")
  }

  @Test("A list is separated by white space or commas outside of parentheses, each measure once")
  func list() throws {
    #expect(
      try Measure.list(" nDCG@10,RR@10\tAP  nDCG(dcg='exp-log2', judged_only=True)@5 map ")
        .map(\.description)
        == ["nDCG@10", "RR@10", "AP", "nDCG(dcg='exp-log2',judged_only=True)@5"])
    #expect(throws: MeasureError.self) { try Measure.list(" , ") }
    #expect(throws: MeasureError.self) { try Measure.list("P(rel=2 @5 AP") }
  }

  @Test("A relevance level is for measures that have none of their own")
  func level() throws {
    #expect(
      try Measure.list("P@5 P(rel=1)@5 RR recall_10 nDCG@10 RBP Judged@5", relevance: 2)
        .map(\.description)
        == ["P(rel=2)@5", "P@5", "RR(rel=2)", "R(rel=2)@10", "nDCG@10", "RBP", "Judged@5"])
  }
}
