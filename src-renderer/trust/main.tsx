import '../ui/styles.ts';
import './trust.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { TrustApp } from './TrustApp.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root element');

createRoot(root).render(
  <StrictMode>
    <TrustApp />
  </StrictMode>,
);
