/**
 * ISO 4217 alphabetic codes by their minor unit. Source: ISO 4217 list one (current) and list three (withdrawn);
 * the withdrawn ones are kept since 1990, because a fact keeps the currency of its own day.
 * XTS (testing) and XXX (no currency) are no currencies of a fact. Metals and units of account without a minor
 * unit ("N.A." in list one) stand under 0.
 */
const CODES: readonly (readonly [minorUnits: number, codes: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [0, 'XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XUA'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
  [
    2,
    `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
     CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
     IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
     MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP
     SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG
     YER ZAR ZMW ZWG`,
  ],
  // Withdrawn since 1990.
  [0, 'BEF BYB BYR ESP GRD ITL LUF MGF PTE TPE TRL'],
  [
    2,
    `ADP AFA ANG AOK AON AOR ATS AZM BGL BGN CSD CSK CUC CYP DEM ECS EEK FIM FRF GHC GWP HRD HRK IEP LTL LVL MRO
     MTL MXP MZM NLG PLZ ROL RUR SDD SIT SKK SLL SRG STD SUR TMM UAK VEB VEF XEU YUM YUN ZMK ZRN ZWD ZWL ZWR`,
  ],
];

/** Minor units by code. */
export const MINOR_UNITS: ReadonlyMap<string, number> = new Map(
  CODES.flatMap(([minorUnits, codes]) => codes.split(/\s+/).map((code) => [code, minorUnits] as const)),
);
