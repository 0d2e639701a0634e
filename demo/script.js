// Visitors of the shop: each picks one page by its weight, reads it, and picks the next.
// One iteration is one request. Run by demo/run.py, which sets what stands in __ENV.
import http from 'k6/http';
import { check, randomSeed, sleep } from 'k6';
import exec from 'k6/execution';
import { Rate } from 'k6/metrics';

const BASE = `http://127.0.0.1:${__ENV.SHOP_PORT}`;
const VUS = Number(__ENV.SHOP_VUS);
const THINK_SECONDS = Number(__ENV.SHOP_THINK);
const SEED = Number(__ENV.SHOP_SEED);

const under500ms = new Rate('requests_under_500ms');
const under1s = new Rate('requests_under_1s');

export const options = {
  scenarios: {
    shop: {
      executor: 'ramping-vus',
      startVUs: 1,
      stages: [
        { duration: __ENV.SHOP_RAMP_UP, target: VUS },
        { duration: __ENV.SHOP_STEADY, target: VUS },
        { duration: __ENV.SHOP_RAMP_DOWN, target: 0 },
      ],
      gracefulRampDown: '10s',
      gracefulStop: '10s',
    },
  },
  thresholds: {
    http_req_failed: ['rate<0.01'],
    http_req_duration: ['p(95)<500'],
  },
  summaryTrendStats: ['avg', 'min', 'med', 'p(90)', 'p(95)', 'p(99)', 'max'],
};

const WORDS = [
  'oak', 'maple', 'table', 'chair', 'lamp', 'shelf', 'desk', 'steel', 'copper', 'linen', 'bowl',
  'clock', 'birch', 'mirror', 'stool', 'cedar', 'frame', 'kettle', 'bench', 'beech', 'cherry',
  'oak table', 'maple desk', 'steel lamp', 'linen chair', 'copper kettle', 'oak shelf',
  'birch stool', 'cork frame', 'ash bench',
];

// A whole number from 0 to n - 1; the larger the skew, the more often a small one.
const skewed = (n, skew) => Math.floor(n * Math.pow(Math.random(), skew));

const get = (path, name, params = {}) =>
  http.get(BASE + path, { ...params, tags: { name } });

let token = null;

function login() {
  const email = `user${skewed(40, 1)}@shop.test`;
  const body = JSON.stringify({ email, password: 'correct horse battery staple' });
  const params = { headers: { 'Content-Type': 'application/json' }, tags: { name: '/login' } };
  const answer = http.post(`${BASE}/login`, body, params);
  token = answer.status === 200 ? answer.json('token') : null;
  return answer;
}

const PAGES = [
  [0.35, () => {
    const sort = Math.random() < 0.8 ? 'rating' : 'price';
    const query = `category=${skewed(24, 2)}&page=${1 + skewed(5, 3)}&sort=${sort}`;
    return get(`/products?${query}`, '/products');
  }],
  [0.30, () => get(`/products/${1 + skewed(20000, 4)}`, '/products/{id}')],
  [0.15, () => get(`/search?q=${encodeURIComponent(WORDS[skewed(WORDS.length, 2)])}`, '/search')],
  // Who is not logged in yet logs in first.
  [0.10, () => token === null ? login()
    : get('/me', '/me', { headers: { Authorization: `Bearer ${token}` } })],
  [0.05, login],
  [0.05, () => get('/health', '/health')],
];

export default function () {
  if (exec.vu.iterationInInstance === 0) {
    // The same visitors in each deployment, others in each repeat.
    randomSeed(SEED * 1000 + exec.vu.idInTest);
  }
  let left = Math.random();
  const [, visit] = PAGES.find(([weight]) => (left -= weight) < 0) || PAGES[0];
  const answer = visit();
  check(answer, { 'status is 200': (one) => one.status === 200 });
  under500ms.add(answer.timings.duration < 500);
  under1s.add(answer.timings.duration < 1000);
  sleep(THINK_SECONDS * (0.5 + Math.random()));
}
