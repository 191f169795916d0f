set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
useful GFLOP/s
4
16
64
256
1,024
50
100
200
full
sliding-window(256)
sliding-window(1024)
chunked-overlap(256)
chunked-overlap(1024)
attention-sink(4+256)
attention-sink(4+1024)
peak of float32: 289 GFLOP/s
memory: 44.3 GB/s
intensity (FLOP/byte)
Roofline: arithmetic bounds all 78 cells
One call, causal, float32, d = 64, 1 head, one core. FLOPs: 4·d a pair that the mask allows; bytes: queries, keys,
values and outputs, once. Medians with 95 % intervals, one point a length; the ceilings are measured in the same run. Of
what is attainable the cells reach 36 % (chunked-overlap(256), 16K tokens) to 88 % (full, 16K tokens).
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'roofline' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'roofline.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[20].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[21] at screen 0.0194, screen 0.9027 left font ',11.5' tc rgb '#595959'
set label $texts[22] at screen 0.0194, screen 0.8715 left font ',11.5' tc rgb '#595959'
set label $texts[23] at screen 0.0194, screen 0.8402 left font ',11.5' tc rgb '#595959'
set label $texts[19] at screen 0.3865, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set logscale y 10
set xrange [1.629202:2663.894]
set yrange [24.05428:462.0731]
set xtics ($texts[2] 4, $texts[3] 16, $texts[4] 64, $texts[5] 256, $texts[6] 1024)
set ytics ($texts[7] 50, $texts[8] 100, $texts[9] 200)
set lmargin at screen 0.0661
set rmargin at screen 0.7069
set bmargin at screen 0.1167
set tmargin at screen 0.7610
set label $texts[1] at screen 0.0194, screen 0.7965 left font ',11.5' tc rgb '#595959'
set label $texts[10] at screen 0.7430, screen 0.6493 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.6925, screen 0.6311 to screen 0.7153, screen 0.6311 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.6311 to screen 0.7375, screen 0.6493 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[11] at screen 0.7430, screen 0.5556 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.3917, screen 0.5794 to screen 0.7153, screen 0.5794 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.5794 to screen 0.7375, screen 0.5556 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[12] at screen 0.7430, screen 0.5868 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.5124, screen 0.6092 to screen 0.7153, screen 0.6092 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.6092 to screen 0.7375, screen 0.5868 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[13] at screen 0.7430, screen 0.4250 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.3917, screen 0.4357 to screen 0.7153, screen 0.4357 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.4357 to screen 0.7375, screen 0.4250 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[14] at screen 0.7430, screen 0.4562 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.5097, screen 0.4455 to screen 0.7153, screen 0.4455 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.4455 to screen 0.7375, screen 0.4562 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[15] at screen 0.7430, screen 0.5243 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.3930, screen 0.5740 to screen 0.7153, screen 0.5740 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.5740 to screen 0.7375, screen 0.5243 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[16] at screen 0.7430, screen 0.6181 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.5100, screen 0.6158 to screen 0.7153, screen 0.6158 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.6158 to screen 0.7375, screen 0.6181 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[17] at screen 0.7430, screen 0.7118 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.7153, screen 0.6585 to screen 0.7375, screen 0.7118 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[18] at screen 0.7430, screen 0.6806 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.1945, screen 0.6585 to screen 0.7153, screen 0.6585 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.7153, screen 0.6585 to screen 0.7375, screen 0.6806 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'roofline.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'roofline.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt (14,8) lw 1.575 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt (14,8) lw 1.4 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt (14,8) lw 1.225 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 9 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'roofline.csv' skip 1 using ($1 == 10 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 4 ps 0.81*mark lw 1.2 lc rgb '#D55E00', \
  'roofline.csv' skip 1 using ($1 == 12 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 8 ps 0.72*mark lw 1.2 lc rgb '#009E73', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:(0):($7-$6) with vectors nohead lt 1 lw 1.2 lc rgb '#CC79A7', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#ffffff', \
  'roofline.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 12 ps 0.63*mark lw 1.2 lc rgb '#CC79A7'
unset output
unset label
unset arrow
unset logscale
}
