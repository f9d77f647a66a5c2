// Every service of the broker's own JavaScript client, one after another, against the server that the
// environment names. Prints a line of JSON for each call: which service, what was asked, what went wrong.
import { createRequire } from 'node:module'
import Client, { CandleType, MarketDataSubscriptionType as Kind } from '@tastytrade/api'

globalThis.WebSocket = createRequire(import.meta.url)('ws') // the feed wants a global one
const { BASE_URL, STREAMER_URL, CLIENT_SECRET, REFRESH_TOKEN, ACCOUNT } = process.env
const config = { baseUrl: BASE_URL, accountStreamerUrl: STREAMER_URL, refreshToken: REFRESH_TOKEN }
const client = new Client({ ...config, clientSecret: CLIENT_SECRET, oauthScopes: ['read', 'trade'] })
const WAIT_MS = 10000
let failed = 0

function must(holds, what) {
  if (!holds) throw new Error(`${what} does not hold`)
}

async function asked(suite, name, call) {
  const row = { suite, name, flaw: '' }
  try {
    await call()
  } catch (wrong) {
    failed += 1
    const said = wrong.response ? `${wrong.response.status} ${JSON.stringify(wrong.response.data)}` : ''
    row.flaw = `${wrong.message} ${said}`.slice(0, 300)
  }
  console.log(JSON.stringify(row))
}

function soon(what, begin) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${what} in ${WAIT_MS} ms`)), WAIT_MS)
    begin((...said) => { clearTimeout(late); resolve(...said) })
  })
}

const refused = async (status, call) => {
  const said = await call().then(() => 200, (wrong) => wrong.response?.status)
  must(said === status, `status ${status}, not ${said},`)
}
const own = (action, price, effect, more = {}) => ({
  'time-in-force': 'GTC', 'order-type': 'Limit', price, 'price-effect': effect, ...more,
  legs: [{ 'instrument-type': 'Equity', symbol: 'F', quantity: 1, action }],
})

const status = client.accountStatusService
await asked('account status', 'trading status', async () => {
  must((await status.getAccountStatus(ACCOUNT))['account-number'] === ACCOUNT, 'the account')
})

const who = client.accountsAndCustomersService
const isAccount = (row) => must(
  row['account-number'] && row['margin-or-cash'] && row['investment-objective'] && row['regulatory-domain'],
  'an account in full',
)
await asked('customers', 'accounts', async () => isAccount((await who.getCustomerAccounts())[0].account))
await asked('customers', 'customer', async () => must((await who.getCustomerResource()).id === 'me', 'me'))
await asked('customers', 'account resources', async () =>
  isAccount((await who.getCustomerAccountResources())[0].account))
await asked('customers', 'one account', async () => isAccount(await who.getFullCustomerAccountResource(ACCOUNT)))
await asked('customers', 'quote token', async () => must((await who.getApiQuoteToken()).token, 'a token'))

const held = client.balancesAndPositionsService
const isBalance = (row) => must(
  row['account-number'] && row['cash-balance'] && row['available-trading-funds'], 'a balance in full',
)
await asked('balances', 'positions', async () => must(Array.isArray(await held.getPositionsList(ACCOUNT)), 'a list'))
await asked('balances', 'balance', async () => isBalance(await held.getAccountBalanceValues(ACCOUNT)))
await asked('balances', 'snapshots', async () => isBalance((await held.getBalanceSnapshots(ACCOUNT))[0]))

const things = client.instrumentsService
await asked('instruments', 'cryptocurrencies', async () =>
  must((await things.getCryptocurrencies(['BTC/USD'])).length === 1, 'the one asked for'))
await asked('instruments', 'a cryptocurrency', async () =>
  must((await things.getSingleCryptocurrency('BTC/USD')).symbol === 'BTC/USD', 'the symbol'))
await asked('instruments', 'active equities', async () =>
  must((await things.getActiveEquities({ 'per-page': 2 })).length === 2, 'a page'))
await asked('instruments', 'equities', async () =>
  must((await things.getEquityDefinitions({ symbol: ['SPY', 'AAPL'] })).length === 2, 'both'))
await asked('instruments', 'an equity', async () =>
  must((await things.getSingleEquity('AAPL')).symbol === 'AAPL', 'the symbol'))
await asked('instruments', 'futures', async () =>
  must((await things.getFutures({ 'product-code': ['ES'] })).length > 0, 'any'))
await asked('instruments', 'a future', async () => {
  const first = (await things.getFutures({ 'product-code': ['ES'] }))[0].symbol
  must((await things.getSingleFuture(first.slice(1))).symbol === first, 'the symbol')
})
await asked('instruments', 'future option products', async () =>
  must((await things.getFutureOptionsProducts()).length > 0, 'any'))
await asked('instruments', 'a future option product', async () =>
  must((await things.getSingleFutureOptionProduct('CME', 'ES'))['root-symbol'] === 'ES', 'the root'))
await asked('instruments', 'future products', async () => must((await things.getFuturesProducts()).length > 0, 'any'))
await asked('instruments', 'a future product', async () => {
  const product = await things.getSingleFutureProduct('CME', 'ES')
  must(product.exchange === 'CME' && product.code === 'ES', 'exchange and code')
})
await asked('instruments', 'precisions', async () =>
  must((await things.getQuantityDecimalPrecisions()).length > 0, 'any'))
await asked('instruments', 'warrants', async () => must((await things.getWarrants()).length > 0, 'any'))
await asked('instruments', 'nested chain and an option', async () => {
  const call = (await things.getNestedOptionChain('SPY'))[0].expirations[0].strikes[0].call
  must((await things.getSingleEquityOption(call)).symbol === call, 'the symbol')
  must((await things.getEquityOptions([call])).length === 1, 'the one asked for')
})
await asked('instruments', 'flat chain', async () => must((await things.getOptionChain('SPY')).length > 0, 'any'))
await asked('instruments', 'compact chain', async () => {
  const chain = (await things.getCompactOptionChain('SPY'))[0]
  must(chain['root-symbol'] === 'SPY' && chain.symbols.length === chain['streamer-symbols'].length, 'symbols')
})
await asked('instruments', 'chains of futures options', async () => {
  const nested = await things.getNestedFutureOptionChains('ES')
  must(nested.futures.length > 0 && nested['option-chains'].length > 0, 'both parts')
  const one = (await things.getFutureOptionChain('ES'))[0].symbol
  must((await things.getFutureOptions({ symbol: [one] })).length === 1, 'the one asked for')
  must((await things.getSingleFutureOption(encodeURIComponent(one))).symbol === one, 'the symbol')
})

const margin = client.marginRequirementsService
await asked('margin', 'requirements', async () =>
  must((await margin.getMarginRequirements(ACCOUNT))['account-number'] === ACCOUNT, 'the account'))
await asked('margin', 'dry run', async () =>
  must((await margin.postMarginRequirements(ACCOUNT, own('Buy to Open', '2.0', 'Debit')))['buying-power-effect'] ||
    true, 'an answer'))

const metrics = client.marketMetricsService
await asked('metrics', 'metrics', async () =>
  must((await metrics.getMarketMetrics({ symbols: 'SPY' }))[0].symbol === 'SPY', 'the symbol'))
await asked('metrics', 'dividends', async () => must(Array.isArray(await metrics.getHistoricalDividendData('SPY')), 'a list'))
await asked('metrics', 'earnings', async () =>
  must(Array.isArray(await metrics.getHistoricalEarningsData('AAPL', { 'start-date': '2020-01-01' })), 'a list'))

const worth = client.netLiquidatingValueHistoryService
await asked('net liquidation', 'history', async () =>
  must((await worth.getNetLiquidatingValueHistory(ACCOUNT, { 'time-back': '1m' })).length > 0, 'any'))
await asked('net liquidation', 'now', async () =>
  must((await worth.getNetLiquidatingValue(ACCOUNT))['account-number'] === ACCOUNT, 'the account'))

const orders = client.orderService
let mine
await asked('orders', 'dry run', async () =>
  must((await orders.postOrderDryRun(ACCOUNT, own('Buy to Open', '2.0', 'Debit')))['buying-power-effect'], 'an effect'))
await asked('orders', 'place', async () => {
  mine = (await orders.createOrder(ACCOUNT, own('Buy to Open', '2.0', 'Debit'))).order
  must(mine.status === 'Received' || mine.status === 'In Flight' || mine.status === 'Live', `${mine.status} as status`)
})
await asked('orders', 'one', async () => must((await orders.getOrder(ACCOUNT, mine.id)).id === mine.id, 'the number'))
await asked('orders', 'live', async () =>
  must((await orders.getLiveOrders(ACCOUNT)).some((each) => each.id === mine.id), 'that it is live'))
await asked('orders', 'all', async () =>
  must((await orders.getOrders(ACCOUNT, { 'per-page': 10 })).some((each) => each.id === mine.id), 'that it is there'))
await asked('orders', 'of the customer', async () => {
  must((await orders.getLiveOrdersForCustomer('me')).some((each) => each.id === mine.id), 'that it is live')
  must((await orders.getCustomerOrders('me')).some((each) => each.id === mine.id), 'that it is there')
})
await asked('orders', 'dry run of a replacement', async () =>
  must((await orders.replacementOrderDryRun(ACCOUNT, mine.id, own('Buy to Open', '2.01', 'Debit')))['buying-power-effect'], 'an effect'))
await asked('orders', 'replace', async () => {
  const next = await orders.replaceOrder(ACCOUNT, mine.id, own('Buy to Open', '2.01', 'Debit'))
  must(next.id !== mine.id && next.price.startsWith('2.01'), 'another order at the new price')
  mine = next
})
await asked('orders', 'edit', async () => {
  const next = await orders.editOrder(ACCOUNT, mine.id, { 'order-type': 'Limit', price: '2.02', 'price-effect': 'Debit', 'time-in-force': 'GTC' })
  must(next.price.startsWith('2.02'), 'the new price')
  mine = next
})
await asked('orders', 'cancel', async () => {
  const said = await orders.cancelOrder(ACCOUNT, mine.id); must(/Cancel/.test(said.status), said.status + ' as status')
})
await asked('orders', 'refuse what is wrong', async () => {
  await refused(422, () => orders.postOrderDryRun(ACCOUNT, own('Sell to Close', '2.0', 'Credit', { 'advanced-instructions': { 'strict-position-effect-validation': true } })))
  await refused(404, () => orders.getOrder(ACCOUNT, 99999999))
  await refused(400, () => orders.createOrder(ACCOUNT, { 'order-type': 'Sometimes' }))
})
await asked('orders', 'one that cancels another', async () => {
  const leg = (price, kind) => ({
    'time-in-force': 'GTC', 'order-type': kind, ...(kind === 'Stop' ? { 'stop-trigger': price } : { price, 'price-effect': 'Credit' }),
    legs: [{ 'instrument-type': 'Equity', symbol: 'F', quantity: 1, action: 'Sell to Close' }],
  })
  const both = await orders.createComplexOrder(ACCOUNT, {
    type: 'OTOCO', 'trigger-order': own('Buy to Open', '2.0', 'Debit'), orders: [leg('90.0', 'Limit'), leg('1.0', 'Stop')],
  })
  await orders.cancelComplexOrder(ACCOUNT, both['complex-order'].id)
})

const risk = client.riskParametersService
await asked('risk', 'effective margin', async () =>
  must((await risk.getEffectiveMarginRequirements(ACCOUNT, 'AAPL'))['underlying-symbol'] === 'AAPL', 'the symbol'))
await asked('risk', 'position limit', async () =>
  must((await risk.getPositionLimit(ACCOUNT))['account-number'] === ACCOUNT, 'the account'))

await asked('search', 'symbols', async () =>
  must((await client.symbolSearchService.getSymbolData('AAP')).some((each) => each.symbol === 'AAPL'), 'AAPL'))

const past = client.transactionsService
await asked('transactions', 'total fees', async () => must((await past.getTotalFees(ACCOUNT))['total-fees'] !== undefined, 'fees'))
await asked('transactions', 'all and one', async () => {
  const first = (await past.getAccountTransactions(ACCOUNT))[0]
  must((await past.getTransaction(ACCOUNT, first.id)).id === first.id, 'the number')
})

const lists = client.watchlistsService
await asked('watchlists', 'pairs', async () => must((await lists.getPairsWatchlists()).length > 0, 'any'))
await asked('watchlists', 'pairs without a name', async () => must(await lists.getPairsWatchlist(''), 'an answer'))
await asked('watchlists', 'public', async () => must((await lists.getPublicWatchlists()).length > 0, 'any'))
await asked('watchlists', 'public with blanks', async () => must((await lists.getPublicWatchlist('tasty Hourly Top Equities')).name, 'a name'))
await asked('watchlists', 'own', async () => {
  const list = { name: 'Judged', 'watchlist-entries': [{ symbol: 'SPY', 'instrument-type': 'Equity' }] }
  await lists.createAccountWatchlist(list)
  must((await lists.getSingleWatchlist('Judged')).name === 'Judged', 'the name')
  await lists.replaceWatchlist('Judged', { ...list, 'watchlist-entries': [] })
  must((await lists.getAllWatchlists()).some((each) => each.name === 'Judged'), 'that it is there')
  must(await lists.getSingleWatchlist(''), 'an answer without a name')
  await lists.deleteWatchlist('Judged')
  await refused(404, () => lists.getSingleWatchlist('Judged'))
})

await asked('account stream', 'an order is told', async () => {
  await client.accountStreamer.start()
  await client.accountStreamer.subscribeToAccounts([ACCOUNT])
  const told = soon('order on the stream', (done) => client.accountStreamer.addMessageObserver((said) => {
    if (said.type === 'Order') done(said.data)
  }))
  const { order } = await orders.createOrder(ACCOUNT, own('Buy to Open', '2.0', 'Debit'))
  must((await told).id === order.id, 'the number')
  await orders.cancelOrder(ACCOUNT, order.id)
  client.accountStreamer.stop()
})
await asked('quote stream', 'quotes', async () => {
  await client.quoteStreamer.connect()
  const told = soon('quote', (done) => client.quoteStreamer.addEventListener((rows) => {
    const row = rows.find((each) => each.eventType === 'Quote' && each.eventSymbol === 'SPY')
    if (row) done(row)
  }))
  client.quoteStreamer.subscribe(['SPY'])
  must((await told).askPrice > 0, 'an ask')
})
await asked('quote stream', 'candles', async () => {
  const told = soon('candle', (done) => client.quoteStreamer.addEventListener((rows) => {
    const row = rows.find((each) => each.eventType === 'Candle')
    if (row) done(row)
  }))
  client.quoteStreamer.subscribeCandles('SPY', 0, 1, CandleType.Day)
  must((await told).close > 0, 'a close')
})
await asked('quote stream', 'Greeks', async () => {
  const call = (await things.getNestedOptionChain('SPY'))[0].expirations[0].strikes[0]['call-streamer-symbol']
  const told = soon('Greeks', (done) => client.quoteStreamer.addEventListener((rows) => {
    const row = rows.find((each) => each.eventType === 'Greeks' && each.eventSymbol === call)
    if (row) done(row)
  }))
  client.quoteStreamer.subscribe([call], [Kind.Greeks])
  must(typeof (await told).delta === 'number', 'a delta')
  client.quoteStreamer.disconnect()
})
process.exit(failed ? 1 : 0)
